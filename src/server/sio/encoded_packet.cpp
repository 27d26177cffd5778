// SPDX-License-Identifier: MIT
#include "server/sio/encoded_packet.h"

namespace duplex::sio {

void EncodedPacket::encode_by(const Parser& parser, Packet packet, std::span<const json::Binary> binaries,
                              std::string_view offset) {
  std::string& out = loan_.emplace().text();
  if (packet.type == PacketType::binary_event) packet.type = PacketType::event;
  if (packet.type == PacketType::binary_ack) packet.type = PacketType::ack;
  out.push_back('4');  // in case that it is a text
  std::optional<json::Loan> longer;
  if (!offset.empty()) {
    std::string& payload = longer.emplace().text();
    payload.append(packet.payload);
    append_argument(payload, offset);
    packet.payload = payload;
  }
  const Parser::Form form = parser.encode(packet, binaries, out);
  const std::string_view text = out;
  message_ = form == Parser::Form::text ? ws::Message(text) : ws::Message(as_bytes(text.substr(1)));
}

}  // namespace duplex::sio
