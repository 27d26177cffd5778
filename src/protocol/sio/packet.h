// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include <duplex/result.h>
#include <duplex/sio_parser.h>

#include "protocol/sio/error.h"

// Socket.IO protocol 5: `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`, inside an Engine.IO message
// (https://socket.io/docs/v4/socket-io-protocol/).
namespace duplex::sio {

struct EventParts;

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

/// What nearly every packet is: an event of the namespace "/", `2["name",…]`, perhaps with an ack id before the
/// bracket, whose name is a string without escapes. It is checked as `decode` does, and taken apart on the way. False:
/// it is something else, or wrong; `decode` is for that. Precondition: the text is UTF-8.
bool decode_plain_event(std::string_view text, const DecodeOptions& options, EventParts& event,
                        std::optional<std::uint64_t>& ack) noexcept;

/// Is what another parser read a packet that a client may send? The same rules, for its parts; but an event without a
/// payload is no packet, and `json_known` says that the payload is valid JSON, whose placeholders name binaries.
std::optional<Errc> check(const Packet& packet, const DecodeOptions& options, bool json_known) noexcept;

}  // namespace duplex::sio
