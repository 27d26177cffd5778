// SPDX-License-Identifier: MIT
#include "protocol/eio/packet.h"

namespace duplex::eio {

std::optional<Packet> decode(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  const char c = text.front();
  text.remove_prefix(1);
  if (c == 'b') return Packet{PacketType::message, Encoding::base64, text};
  if (c < '0' || c > '6') return std::nullopt;
  return Packet{static_cast<PacketType>(c - '0'), Encoding::text, text};
}

void encode(Buffer& out, PacketType type, std::string_view data) {
  std::byte* const at = out.prepare(1 + data.size());
  *at = static_cast<std::byte>(character(type));
  if (!data.empty()) std::memcpy(at + 1, data.data(), data.size());
  out.commit(1 + data.size());
}

}  // namespace duplex::eio
