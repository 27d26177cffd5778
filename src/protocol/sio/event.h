// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include <duplex/json.h>

#include "protocol/json/validate.h"

namespace duplex::sio {

/// An event, taken apart without copying. Its name lies in the packet, or unescaped in the scratch; a number is as
/// JavaScript writes it.
struct EventParts : json::Call {
  std::string_view payload;  ///< all of it
};

/// Takes the payload of a decoded event apart. `scratch` holds a name that has escapes.
EventParts split_event(std::string_view payload, json::Scratch& scratch);

/// The values of an ack's payload, `a,b,c`, without its brackets.
std::string_view ack_arguments(std::string_view payload) noexcept;

/// Is the first element of this valid JSON array a string or a number?
bool has_event_name(std::string_view payload) noexcept;

/// Is it one of the names that Socket.IO keeps for itself: connect, connect_error, disconnect, disconnecting,
/// newListener, removeListener? `error` is an ordinary event.
bool has_reserved_name(std::string_view payload) noexcept;
bool is_reserved(std::string_view name) noexcept;

/// Might it have one, by its first bytes? For nearly every event they say no.
inline bool may_have_reserved_name(std::string_view payload) noexcept {
  if (!payload.starts_with("[\"") || payload.size() < 4) return true;  // white space, perhaps
  const char next = payload[3];
  switch (payload[2]) {
    case 'c':
      return next == 'o' || next == '\\';
    case 'd':
      return next == 'i' || next == '\\';
    case 'n':
    case 'r':
      return next == 'e' || next == '\\';
    default:
      return payload[2] == '\\';
  }
}

}  // namespace duplex::sio
