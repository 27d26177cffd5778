// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include <duplex/json_view.h>

#include "core/buffer.h"
#include "protocol/sio/packet.h"

// Everything here appends one packet without Engine.IO's `4`: the caller puts that first where it belongs.
namespace duplex::sio {

/// Any packet: its header, then its payload as it is. The attachments follow as messages of their own.
void encode(Buffer& out, const Packet& packet);

/// The payload of a CONNECT, `{"sid":"…"}`; with recovery also `"pid"`. Both are of base64url characters.
void write_session(std::string& out, std::string_view sid, std::string_view pid = {});

/// The payload of a CONNECT_ERROR, `{"message":"…"}`, with `"data"` if there is any.
void write_refusal(std::string& out, std::string_view message, json::View data = json::View(std::string_view()));

/// Appends a string as the last argument of the event that ends `packet`: recovery's offset, which differs from what
/// others get, on an event that is encoded once. `argument` is of characters that need no escaping.
void append_argument(Buffer& packet, std::string_view argument);
void append_argument(std::string& payload, std::string_view argument);

}  // namespace duplex::sio
