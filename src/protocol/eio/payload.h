// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "protocol/eio/packet.h"

namespace duplex::eio {

/// What separates the packets of a polling payload.
inline constexpr char separator = '\x1e';

/// More packets than this in one payload are refused before the first is delivered: 400, and the session is closed
/// (E5).
inline constexpr std::size_t max_packets = 131'072;

/// How many packets a payload holds.
std::size_t count_packets(std::string_view payload) noexcept;

/// Splits a polling payload without copying. It may stop after any packet and go on later, in another reader that
/// begins at `position()`: so a loop hands out a long payload in slices (E5).
///
///     eio::PayloadReader reader(body);
///     while (auto packet = reader.next()) deliver(*packet);
///     if (reader.failed()) close("parse error");
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view payload, std::size_t position = 0) noexcept
      : payload_(payload), position_(position) {}

  /// The next packet, borrowed from the payload; nothing at the end and after a bad packet. The packets before a bad
  /// one are delivered, as Node does.
  std::optional<Packet> next() noexcept;
  bool failed() const noexcept { return failed_; }
  bool finished() const noexcept { return failed_ || position_ > payload_.size(); }
  /// Where the next packet begins.
  std::size_t position() const noexcept { return position_; }

 private:
  std::string_view payload_;
  std::size_t position_;
  bool failed_ = false;
};

/// Appends a packet to a payload: a separator first unless the payload is empty, binary data as `b` and base64.
/// `payload` holds nothing but the payload.
void append_packet(Buffer& payload, const Packet& packet);

/// How many bytes `append_packet` would add to a payload that is not empty.
std::size_t appended_size(const Packet& packet) noexcept;

}  // namespace duplex::eio
