// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/http/error.h"

namespace duplex::http {

class Headers;

/// How the end of a body is known (RFC 9112 §6).
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  ///< bytes, for Kind::length; never 0 there: a body of length 0 is `none`

  bool has_body() const noexcept { return kind != Kind::none; }
  friend bool operator==(const Framing&, const Framing&) = default;
};

/// What the headers of a message say about its body. Refuses every form by which two readers could disagree.
/// Without Content-Length and Transfer-Encoding the answer is `none`.
Errc framing_of(const Headers& headers, int minor_version, Framing& framing) noexcept;

/// RFC 9112 §9.3: HTTP/1.1 keeps the connection unless it says `close`; HTTP/1.0 only if it says `keep-alive`.
bool keeps_alive(const Headers& headers, int minor_version) noexcept;

}  // namespace duplex::http
