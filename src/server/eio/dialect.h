// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>
#include <duplex/http.h>

#include "protocol/eio/v3_payload.h"
#include "server/eio/outgoing.h"

// What Engine.IO 3 and 4 write differently. Besides that only the heartbeat differs (heartbeat.cpp).
namespace duplex::eio {

/// How a session's client speaks: its protocol, and what it said of itself in its handshake.
struct Dialect {
  bool v3 = false;
  bool base64 = false;  ///< v3: takes bytes as base64 only
  bool jsonp = false;   ///< v3: polls by script elements and forms
};

/// A packet that came over a WebSocket; nothing: a parse error.
std::optional<Packet> decode(Dialect dialect, ws::Message message) noexcept;

/// Appends a packet without data to a payload.
void append(Buffer& payload, Dialect dialect, PacketType type);
/// What waits as a payload. The form is text, except for bytes of a client of version 3 that takes them.
v3::Form write_payload(Buffer& payload, Dialect dialect, const Outgoing& waiting);

/// Begins every answer to a poll: status, media type.
void begin_poll_answer(http::Reply& reply, Dialect dialect, v3::Form form = v3::Form::text);
/// The payload as the body of an answer; for JSONP in `script`, which `request` names.
std::string_view poll_body(std::string_view payload, Dialect dialect, const RequestInfo& request, std::string& script);
/// The payload that is in the form of a JSONP client's POST; nothing if there is none.
std::optional<std::string> payload_of_form(std::string_view body);

}  // namespace duplex::eio
