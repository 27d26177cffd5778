// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <vector>

#include <duplex/json_view.h>
#include <duplex/result.h>

#include "core/buffer.h"
#include "protocol/sio/packet.h"

namespace duplex::sio {

/// Holds a packet until the attachments that it announces are here. One per connection; what it holds is bounded by
/// `max_bytes`, the packet's own text included, and is freed with the packet.
///
///     if (has_attachments(packet.type)) assembler.begin(packet);
///     …
///     if (auto complete = assembler.add(bytes); complete && *complete) deliver(assembler.packet(),
///     assembler.attachments());
class BinaryAssembler {
 public:
  explicit BinaryAssembler(std::size_t max_bytes = 10'000'000) noexcept : max_bytes_(max_bytes) {}

  /// Is a packet waiting for attachments? Then any other packet is `Errc::unexpected_text`.
  bool waiting() const noexcept { return packet_.attachments > sizes_.size(); }
  /// Bytes held on behalf of the peer.
  std::size_t size() const noexcept { return held_.size(); }

  /// Takes a copy of a packet that has attachments, and waits for them.
  Result<void> begin(const Packet& packet);
  /// Takes a copy of the next attachment. True when it was the last.
  Result<bool> add(ConstBytes attachment);

  /// The packet, and its attachments once they are complete. Borrowed until `clear()`.
  Packet packet() const noexcept;
  std::span<const json::Binary> attachments() const noexcept { return attachments_; }

  void clear() noexcept;

 private:
  Packet packet_;  // its views are made anew in packet(): what they name moves as `held_` grows
  Buffer held_;    // namespace, payload, attachments
  std::size_t nsp_size_ = 0, payload_size_ = 0, max_bytes_;
  std::vector<std::size_t> sizes_;
  std::vector<json::Binary> attachments_;
};

}  // namespace duplex::sio
