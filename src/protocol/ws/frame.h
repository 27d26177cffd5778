// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "core/buffer.h"
#include "protocol/ws/mask.h"

namespace duplex::ws {

/// Which end of the connection we are. The client's frames are masked, the server's are not.
enum class Role : std::uint8_t { server, client };

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr bool is_control(Opcode opcode) noexcept { return (static_cast<std::uint8_t>(opcode) & 8) != 0; }

inline constexpr std::size_t max_frame_header = 14;
inline constexpr std::size_t max_control_payload = 125;

/// The header of a frame (RFC 6455 section 5.2), as plain values. Whether they make sense here and now is the decoder's
/// business; see MessageDecoder.
struct FrameHeader {
  bool fin = true;
  std::uint8_t rsv = 0;            ///< RSV1 RSV2 RSV3 as a number: 4, 2, 1
  Opcode opcode = Opcode::binary;  ///< may hold a reserved value after decoding
  std::uint64_t length = 0;        ///< bytes of payload
  std::optional<MaskKey> mask = {};
  bool minimal = true;  ///< decoding: whether the length came in its shortest form

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// RSV1: this message is compressed (RFC 7692 section 6).
inline constexpr std::uint8_t rsv_compressed = 4;

/// How many bytes a header takes.
constexpr std::size_t header_size(std::uint64_t length, bool masked) noexcept {
  return (length < 126 ? 2u : length < 65536 ? 4u : 10u) + (masked ? 4u : 0u);
}
/// How many bytes a whole frame takes.
constexpr std::size_t frame_size(std::size_t length, bool masked) noexcept {
  return header_size(length, masked) + length;
}

/// How many bytes the header takes that begins with these two.
constexpr std::size_t header_size_on_wire(std::byte second) noexcept {
  const auto b = static_cast<unsigned>(second);
  return 2u + ((b & 127) == 126 ? 2u : (b & 127) == 127 ? 8u : 0u) + ((b & 128) != 0 ? 4u : 0u);
}

/// The header at the beginning of `bytes`, or nothing when it is not all there. Takes every form, minimal or not.
std::optional<FrameHeader> decode_header(ConstBytes bytes) noexcept;

/// Writes a header without its masking key: the first byte, the length, whether a key follows.
/// Inline: most of what it asks is known where it is called, and a short message costs little more than its header.
inline std::byte* write_unkeyed_header(std::byte* to, std::uint8_t first, std::uint64_t length, bool masked) noexcept {
  const unsigned mask_bit = masked ? 0x80 : 0;
  *to++ = static_cast<std::byte>(first);
  if (length < 126) {
    *to++ = static_cast<std::byte>(mask_bit | static_cast<unsigned>(length));
  } else if (length < 65536) {
    *to++ = static_cast<std::byte>(mask_bit | 126);
    store_be16(to, static_cast<std::uint16_t>(length));
    to += 2;
  } else {
    *to++ = static_cast<std::byte>(mask_bit | 127);
    store_be64(to, length);
    to += 8;
  }
  return to;
}

/// FIN, RSV1-3 and the opcode.
constexpr std::uint8_t first_byte(bool fin, std::uint8_t rsv, Opcode opcode) noexcept {
  return static_cast<std::uint8_t>((fin ? 0x80u : 0u) | (rsv & 7u) << 4 | static_cast<unsigned>(opcode));
}

/// Writes the header to `to`, which has room for `header_size(…)` bytes; returns the first byte after it.
inline std::byte* write_header(std::byte* to, const FrameHeader& header) noexcept {
  to = write_unkeyed_header(to, first_byte(header.fin, header.rsv, header.opcode), header.length,
                            header.mask.has_value());
  if (!header.mask) return to;
  std::memcpy(to, &*header.mask, sizeof(MaskKey));
  return to + sizeof(MaskKey);
}

/// A header's bytes, ready to be sent in front of a payload that lies elsewhere.
struct HeaderBytes {
  std::array<std::byte, max_frame_header> bytes;
  std::uint8_t size;
  ConstBytes view() const noexcept { return {bytes.data(), size}; }
};
HeaderBytes encode_header(const FrameHeader& header) noexcept;

}  // namespace duplex::ws
