// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include <duplex/result.h>

#include "protocol/sio/error.h"

// Socket.IO protocol 5: `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`, inside an Engine.IO message
// (https://socket.io/docs/v4/socket-io-protocol/).
namespace duplex::sio {

enum class PacketType : unsigned char { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

constexpr bool is_event(PacketType t) noexcept { return t == PacketType::event || t == PacketType::binary_event; }
constexpr bool is_ack(PacketType t) noexcept { return t == PacketType::ack || t == PacketType::binary_ack; }
constexpr bool has_attachments(PacketType t) noexcept {
  return t == PacketType::binary_event || t == PacketType::binary_ack;
}

/// One packet. Borrows from the text it was decoded from, or from whatever it is made of to be encoded.
struct Packet {
  PacketType type = PacketType::connect;
  std::uint32_t attachments = 0;    ///< how many binary messages follow
  std::string_view nsp = "/";       ///< with its slash
  std::optional<std::uint64_t> id;  ///< an ack is asked for, or given
  std::string_view payload;         ///< validated JSON that fits the type; empty if there is none

  friend bool operator==(const Packet&, const Packet&) = default;
};

struct DecodeOptions {
  std::uint32_t max_attachments = 10;
  std::size_t max_namespace = 512;  ///< bytes
  std::size_t max_depth = 256;      ///< arrays and objects of the payload within each other
  bool utf8_known = false;          ///< the text came as a WebSocket text message
};

/// Decodes and checks one packet, as socket.io-parser 4.2.7 does and stricter where JavaScript reads numbers oddly (a
/// space for 0, `0x2` attachments) or the namespace could not be anyone's. Placeholders are checked here, before the
/// first attachment comes. Borrows `text`; allocates nothing.
///
/// Tolerated: an event or ack without payload (`42`, `43`), which asks for nothing and is to be ignored.
Result<Packet> decode(std::string_view text, const DecodeOptions& options = {});

}  // namespace duplex::sio
