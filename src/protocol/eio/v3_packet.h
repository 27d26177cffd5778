// SPDX-License-Identifier: MIT
#pragma once
#include "protocol/eio/packet.h"

// Engine.IO protocol 3, of Socket.IO 2 clients: the packets of protocol 4, except where they are binary.
namespace duplex::eio::v3 {

/// A packet from a WebSocket text message, or from a polling payload. Base64 keeps its type: `b4AQID`.
/// Nothing if it is empty, of an unknown type, or binary and not a message (E6).
std::optional<Packet> decode(std::string_view text) noexcept;

/// A packet from a binary WebSocket message, or from a binary payload: its first byte is its type, the number itself.
/// Nothing if it is not a message: only messages are ever binary.
std::optional<Packet> decode_binary(ConstBytes bytes) noexcept;

/// Appends a binary message as a binary WebSocket message carries it: 0x04 and the bytes.
void encode_binary(Buffer& out, ConstBytes data);
/// Appends it as text, for clients that cannot take bytes (`b64=1`): `b4` and base64.
void encode_as_text(Buffer& out, ConstBytes data);

}  // namespace duplex::eio::v3
