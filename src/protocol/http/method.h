// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/http/error.h"

namespace duplex::http {

/// `other` is a method that Node knows as well, but that has no number here (PROPFIND, PURGE …).
enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

/// What the bytes at the start of a request say.
struct MethodMatch {
  enum class Kind : std::uint8_t { matched, need_more, refused };
  Kind kind;
  Errc error = Errc::ok;  ///< if refused
  Method method = Method::other;
  std::string_view name = {};  ///< static
};

/// Matches "GET " and so on. Decides at the first byte that begins no known method, so that what follows a body that
/// was longer than announced is refused at once. TLS, HTTP/2, TRACE and CONNECT have errors of their own.
MethodMatch match_method(std::string_view start) noexcept;

}  // namespace duplex::http
