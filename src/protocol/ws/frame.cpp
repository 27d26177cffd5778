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

HeaderBytes encode_header(const FrameHeader& header) noexcept {
  HeaderBytes out;
  out.size = static_cast<std::uint8_t>(write_header(out.bytes.data(), header) - out.bytes.data());
  return out;
}

}  // namespace duplex::ws
