// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/json.h>

#include <string>
#include <string_view>

// Where protocol 4 of Socket.IO, that of its clients of version 2 (over Engine.IO 3), differs from protocol 5.
namespace duplex::sio {

/// What a client asks for with `0/admin?token=abc,`.
struct LegacyConnect {
  std::string packet;  ///< the same without the query
  json::Text auth;     ///< the query as an object of strings; of a name that is there twice, the last
};
/// `text` is a CONNECT packet. What it carries besides is left away: those clients have no `auth`.
LegacyConnect read_legacy_connect(std::string_view text);

/// The id that the client gives itself: Engine.IO's, after `/admin#` if the namespace is another than the main one.
std::string legacy_id(std::string_view nsp, std::string_view sid);

/// The payload of a CONNECT_ERROR: the data of the refusal, or its message as a string.
json::Text legacy_refusal(std::string_view message, json::View data);

}  // namespace duplex::sio
