// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_event.h>
#include <duplex/sio_parser.h>

#include <optional>

#include "core/buffer.h"
#include "protocol/sio/encode.h"
#include "server/eio/session.h"

namespace duplex::sio {

/// One packet as Engine.IO takes it: Socket.IO's own JSON, or what the server's parser makes of it. Lives on the stack,
/// and borrows from whatever it is made of.
class EncodedPacket {
 public:
  /// `parser`: null for JSON, which is written into `room`. `offset`: recovery's, as an event's last argument.
  EncodedPacket(const Parser* parser, Buffer& room, const Packet& packet, std::span<const json::Binary> binaries = {},
                std::string_view offset = {}) {
    if (parser != nullptr) {
      encode_by(*parser, packet, binaries, offset);
      return;
    }
    room.clear();
    room.push_back('4');
    encode(room, packet);
    if (!offset.empty()) append_argument(room, offset);
    message_ = room.text();
    attachments_ = binaries;
  }

  /// A text has Engine.IO's `4` in front.
  ws::Message message() const noexcept { return message_; }
  /// They follow it, each a message of its own: JSON cannot hold them.
  std::span<const json::Binary> attachments() const noexcept { return attachments_; }

 private:
  void encode_by(const Parser& parser, Packet packet, std::span<const json::Binary> binaries, std::string_view offset);

  std::optional<json::Loan> loan_;
  ws::Message message_{std::string_view()};
  std::span<const json::Binary> attachments_;
};

/// The packet of an event, or of an ack.
inline Packet packet_of(EventView event, std::string_view nsp, std::optional<std::uint64_t> id,
                        bool is_answer = false) {
  const bool binary = !event.attachments.empty();
  const PacketType type = is_answer ? (binary ? PacketType::binary_ack : PacketType::ack)
                                    : (binary ? PacketType::binary_event : PacketType::event);
  return {type, static_cast<std::uint32_t>(event.attachments.size()), nsp, id, event.json};
}

/// Hands a packet's first message to its session.
inline Sent send(eio::Session& session, ws::Message message, eio::SendOptions options) {
  return message.is_text() ? session.send_packet(message.text(), options) : session.send_message(message, options);
}

}  // namespace duplex::sio
