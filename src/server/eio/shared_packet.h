// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "net/local_block.h"
#include "server/ws/hub.h"

namespace duplex::eio {

/// A message and the binary ones that follow it (a Socket.IO packet and its attachments), encoded once for
/// everyone: as WebSocket frames (compressed once for each kind of receiver) and as packets of a polling payload. Any
/// thread.
class SharedPacket {
 public:
  /// A text begins with its type, '4'.
  SharedPacket(ws::Message packet, std::span<const ConstBytes> attachments, bool compress);
  /// One allocation, that of the bytes, once as many have lived at once.
  static std::shared_ptr<const SharedPacket> make(ws::Message packet, std::span<const ConstBytes> attachments = {},
                                                  bool compress = true);

  /// In the order in which they are sent: the message, then one for each attachment.
  std::size_t frames() const noexcept { return 1 + more_.size(); }
  server::FanoutFrame& frame(std::size_t i) const noexcept { return i == 0 ? first_ : *more_[i - 1]; }
  /// "4text", or "4text\x1eb<base64>\x1eb<base64>"; "b<base64>" if the message is binary.
  ConstBytes polling() const noexcept { return polling_ ? polling_.bytes() : first_.payload(); }
  std::size_t size() const noexcept { return polling().size(); }
  /// What it holds of memory.
  std::size_t bytes_held() const noexcept;
  bool compress() const noexcept { return compress_; }
  /// Is frame number `i` text? Only the first may be.
  bool is_text(std::size_t i) const noexcept { return i == 0 && is_text_; }

 private:
  mutable server::FanoutFrame first_;  // its compressed forms are made when they are asked for
  std::vector<std::unique_ptr<server::FanoutFrame>> more_;
  SharedBytes polling_;  // unless it is a text alone: then the frame's payload is the same
  bool compress_, is_text_;
};

/// A shared packet as one loop hands it out: holds the loop's counts while it is sent to that loop's sessions.
/// Lives on the stack of a loop's thread.
class LoopPacket {
 public:
  LoopPacket(std::shared_ptr<const SharedPacket> packet, net::Reactor& reactor)
      : packet_(std::move(packet)), reactor_(reactor) {}
  LoopPacket(const LoopPacket&) = delete;
  LoopPacket& operator=(const LoopPacket&) = delete;
  ~LoopPacket();

  const SharedPacket& packet() const noexcept { return *packet_; }
  const std::shared_ptr<const SharedPacket>& shared() const noexcept { return packet_; }
  /// Frame number `i` for a receiver with that compression window; 0: not compressed.
  net::Slice frame(std::size_t i, int window_bits, ws::DeflateContexts& contexts);

 private:
  struct Held {
    std::size_t frame;
    int window_bits;
    net::Slice slice;
  };
  std::shared_ptr<const SharedPacket> packet_;
  net::Reactor& reactor_;
  Held first_{0, 0, {}};  // nearly always the only one: no allocation
  std::vector<Held> more_;
};

}  // namespace duplex::eio
