// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <duplex/json_view.h>
#include <duplex/ws_message.h>

// How Socket.IO's packets stand on the wire: what Node calls a parser. A server and its clients must have the same one.
//
//     Server server({.port = 3000});
//     sio::Io& io = server.io({.parser = sio::msgpack_parser()});
//
// and in JavaScript `io(url, {parser: require("socket.io-msgpack-parser")})`.
#pragma GCC visibility push(default)

namespace duplex::sio {

/// (https://socket.io/docs/v4/socket-io-protocol/) The last two are events and acks that have attachments, in the JSON
/// parser's packets alone.
enum class PacketType : unsigned char { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

constexpr bool is_event(PacketType t) noexcept { return t == PacketType::event || t == PacketType::binary_event; }
constexpr bool is_ack(PacketType t) noexcept { return t == PacketType::ack || t == PacketType::binary_ack; }
constexpr bool has_attachments(PacketType t) noexcept {
  return t == PacketType::binary_event || t == PacketType::binary_ack;
}

/// One packet. Borrows what it names.
struct Packet {
  PacketType type = PacketType::connect;
  std::uint32_t attachments = 0;    ///< how many binaries go with it
  std::string_view nsp = "/";       ///< with its slash
  std::optional<std::uint64_t> id;  ///< an ack is asked for, or given
  std::string_view payload;         ///< JSON that fits the type: `["name",…]`, `{…}`; empty if there is none

  friend bool operator==(const Packet&, const Packet&) = default;
};

/// What a parser made of a message. The packet may borrow from the message, and from the memory that is here for it.
struct Parsed {
  Packet packet;
  std::string text;                    ///< memory of the loop's, empty: for the payload, if it is made
  std::vector<json::Binary> binaries;  ///< what the payload's placeholders name, `{"_placeholder":true,"num":0}` …
  bool is_valid = false;               ///< the payload is known to be valid JSON, its placeholders right
};

/// What a client's packet may hold; see `Options`.
struct ParserLimits {
  std::size_t max_depth = 256;       ///< arrays and objects of the payload within each other
  std::size_t max_binaries = 1'000;  ///< of one packet
};

/// A parser of your own: each packet is one message of Engine.IO, text or bytes. Its methods are called on any loop, on
/// several at once; they throw nothing.
///
/// Handlers see the same arguments whatever the parser: so what it reads becomes JSON, as JSON.stringify would have it,
/// and the bytes beside it; and that is what it is given to write. The server checks what it makes of a client's
/// message: the namespace, the ack id, the name of an event, and that the payload is JSON.
class Parser {
 public:
  virtual ~Parser();
  /// Takes a client's message apart. An error closes the connection, and the log says its text (debug).
  virtual std::error_code decode(ws::Message message, const ParserLimits& limits, Parsed& out) const = 0;
  enum class Form : unsigned char { text, bytes };
  /// Appends the packet as one message. Its type is never binary_event or binary_ack; its placeholders are written
  /// as above, without a space.
  virtual Form encode(const Packet& packet, std::span<const json::Binary> binaries, std::string& out) const = 0;
};

/// npm `socket.io-msgpack-parser`: each packet is MessagePack, with binaries where they stand. For small numbers and
/// much binary data it is shorter than JSON; JSON is what JavaScript reads faster.
std::shared_ptr<const Parser> msgpack_parser();

}  // namespace duplex::sio

#pragma GCC visibility pop
