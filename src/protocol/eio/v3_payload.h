// SPDX-License-Identifier: MIT
#pragma once
#include "protocol/eio/v3_packet.h"

// Payloads of long-polling in Engine.IO protocol 3. There is no separator: each packet is preceded by its length.
namespace duplex::eio::v3 {

enum class Form : unsigned char {
  text,    ///< `6:4hello2:40`: lengths in UTF-16 code units, as JavaScript counts; bytes as base64, `6:b4AQID`
  binary,  ///< application/octet-stream: 0 (text) or 1 (bytes), the digits of the length in bytes, 255, the packet
};

/// How JavaScript counts the text: one for each character, two outside the Basic Multilingual Plane.
std::size_t utf16_units(std::string_view text) noexcept;

/// How many packets a payload holds, up to the first that is cut short or has no proper length.
std::size_t count_packets(std::string_view payload, Form form) noexcept;

/// Splits a payload without copying, as eio::PayloadReader does those of protocol 4. A payload in text form has been
/// validated as UTF-8; in binary form that is done here, packet by packet.
///
/// Lengths are decimal digits (Node takes `1e1` and ` 1`, too) and may not end inside a character; what is shorter than
/// its length is an error, also in binary form. `0:` is no packet and no error: Node's encoder makes it of nothing.
class PayloadReader {
 public:
  PayloadReader(std::string_view payload, Form form, std::size_t position = 0) noexcept
      : payload_(payload), position_(position), form_(form) {}

  /// The next packet, borrowed from the payload; nothing at the end and after a bad packet.
  std::optional<Packet> next() noexcept;
  bool failed() const noexcept { return failed_; }
  bool finished() const noexcept { return failed_ || position_ >= payload_.size(); }
  /// Where the next packet begins.
  std::size_t position() const noexcept { return position_; }

 private:
  std::string_view payload_;
  std::size_t position_;
  Form form_;
  bool failed_ = false;
};

/// Appends a packet to a payload of that form. Bytes in text form become base64.
void append_packet(Buffer& payload, const Packet& packet, Form form);

}  // namespace duplex::eio::v3
