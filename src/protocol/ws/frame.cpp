// SPDX-License-Identifier: MIT
#include "protocol/ws/frame.h"

namespace duplex::ws {

std::optional<FrameHeader> decode_header(ConstBytes bytes) noexcept {
  if (bytes.size() < 2) return std::nullopt;
  const std::byte* p = bytes.data();
  const std::size_t size = header_size_on_wire(p[1]);
  if (bytes.size() < size) return std::nullopt;

  const auto first = static_cast<unsigned>(p[0]);
  const auto second = static_cast<unsigned>(p[1]);
  FrameHeader header;
  header.fin = (first & 0x80) != 0;
  header.rsv = static_cast<std::uint8_t>(first >> 4 & 7);
  header.opcode = static_cast<Opcode>(first & 15);
  header.length = second & 127;
  if (header.length == 126) {
    header.length = load_be16(p + 2);
    header.minimal = header.length >= 126;
  } else if (header.length == 127) {
    header.length = load_be64(p + 2);
    header.minimal = header.length >= 65536;
  }
  if ((second & 0x80) != 0) header.mask = load_native<MaskKey>(p + size - 4);
  return header;
}

std::byte* write_header(std::byte* to, const FrameHeader& header) noexcept {
  const unsigned mask_bit = header.mask ? 0x80 : 0;
  *to++ =
      static_cast<std::byte>((header.fin ? 0x80u : 0u) | (header.rsv & 7u) << 4 | static_cast<unsigned>(header.opcode));
  if (header.length < 126) {
    *to++ = static_cast<std::byte>(mask_bit | static_cast<unsigned>(header.length));
  } else if (header.length < 65536) {
    *to++ = static_cast<std::byte>(mask_bit | 126);
    store_be16(to, static_cast<std::uint16_t>(header.length));
    to += 2;
  } else {
    *to++ = static_cast<std::byte>(mask_bit | 127);
    store_be64(to, header.length);
    to += 8;
  }
  if (header.mask) {
    std::memcpy(to, &*header.mask, 4);
    to += 4;
  }
  return to;
}

HeaderBytes encode_header(const FrameHeader& header) noexcept {
  HeaderBytes out;
  out.size = static_cast<std::uint8_t>(write_header(out.bytes.data(), header) - out.bytes.data());
  return out;
}

}  // namespace duplex::ws
