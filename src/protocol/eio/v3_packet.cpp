// SPDX-License-Identifier: MIT
#include "protocol/eio/v3_packet.h"

#include "protocol/eio/base64.h"

namespace duplex::eio::v3 {

std::optional<Packet> decode(std::string_view text) noexcept {
  auto packet = eio::decode(text);
  if (!packet || packet->encoding != Encoding::base64) return packet;
  if (!packet->data.starts_with(character(PacketType::message))) return std::nullopt;
  packet->data.remove_prefix(1);
  return packet;
}

std::optional<Packet> decode_binary(ConstBytes bytes) noexcept {
  if (bytes.empty() || bytes.front() != static_cast<std::byte>(PacketType::message)) return std::nullopt;
  return eio::decode_binary(bytes.subspan(1));
}

void encode_binary(Buffer& out, ConstBytes data) {
  out.push_back(static_cast<std::byte>(PacketType::message));
  out.append(data);
}

void encode_as_text(Buffer& out, ConstBytes data) {
  out.append("b4");
  encode_base64(out, data);
}

}  // namespace duplex::eio::v3
