// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "core/buffer.h"
#include "core/bytes.h"

// Engine.IO protocol 4: a packet is one type character and its data (https://socket.io/docs/v4/engine-io-protocol/).
namespace duplex::eio {

enum class PacketType : unsigned char { open, close, ping, pong, message, upgrade, noop };

/// The character that stands for a type on the wire.
constexpr char character(PacketType type) noexcept { return static_cast<char>('0' + static_cast<int>(type)); }

/// How the data of a message stands on the wire.
enum class Encoding : unsigned char {
  text,
  binary,  ///< the bytes themselves: a binary WebSocket message
  base64,  ///< as text, after a `b`: in a polling payload
};

/// One packet. Borrows its data from the bytes it was decoded from.
struct Packet {
  PacketType type = PacketType::noop;
  Encoding encoding = Encoding::text;
  std::string_view data;

  friend bool operator==(const Packet&, const Packet&) = default;
};

/// A packet from a WebSocket text message, or from between the separators of a polling payload.
/// Nothing if it is empty or of an unknown type: the peer's connection is closed with "parse error" (E6).
/// `b…` is taken everywhere, as Node does; whether it is base64 shows when it is decoded.
std::optional<Packet> decode(std::string_view text) noexcept;

/// A binary WebSocket message: a message without a type character.
inline Packet decode_binary(ConstBytes bytes) noexcept {
  return {PacketType::message, Encoding::binary, as_text(bytes)};
}

/// Appends a packet that is sent as text. Binary data does not go this way: it is its own WebSocket message, or see
/// `append_packet` in payload.h.
void encode(Buffer& out, PacketType type, std::string_view data = {});

}  // namespace duplex::eio
