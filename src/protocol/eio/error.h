// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <system_error>

#include "core/buffer.h"

namespace duplex::eio {

/// Why a request is refused: the numbers, the texts and the statuses are Engine.IO's own, and clients see them.
enum class Errc {
  transport_unknown,
  session_unknown,
  bad_handshake_method,
  bad_request,
  forbidden,
  unsupported_version,
};

struct ErrorInfo {
  std::string_view message;
  int status;  ///< over HTTP; an upgrade is always refused with 400
};

constexpr ErrorInfo info(Errc e) noexcept {
  constexpr ErrorInfo table[] = {
      {"Transport unknown", 400}, {"Session ID unknown", 400}, {"Bad handshake method", 400},
      {"Bad request", 400},       {"Forbidden", 403},          {"Unsupported protocol version", 400},
  };
  return table[static_cast<int>(e)];
}

/// Appends `{"code":1,"message":"Session ID unknown"}`. The hook that admits a handshake may give a message of its own.
void encode_error(Buffer& out, Errc e, std::string_view message = {});

const std::error_category& category() noexcept;
// An error_code of value 0 is no error: the wire's numbers are shifted by one.
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e) + 1, category()}; }

}  // namespace duplex::eio

template <>
struct std::is_error_code_enum<duplex::eio::Errc> : std::true_type {};
