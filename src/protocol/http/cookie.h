// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http_cookie.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/buffer.h"
#include "protocol/http/error.h"

namespace duplex::http {

struct Cookie {
  std::string_view name, value;
  friend bool operator==(const Cookie&, const Cookie&) = default;
};

/// Reads the value of a Cookie header as it is asked for: nothing is stored, views into the value.
///
///     RequestCookies cookies(head.headers[HeaderId::cookie]);
///     while (auto cookie = cookies.next()) …
class RequestCookies {
 public:
  explicit RequestCookies(std::string_view header) noexcept : rest_(header) {}
  /// The next pair; pairs without '=' or without a name are passed over. Quotes around a value are taken off.
  std::optional<Cookie> next() noexcept;

 private:
  std::string_view rest_;
};

/// The value of the first cookie of that name, as npm `cookie` has it.
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) noexcept;

/// A cookie to be set (RFC 6265 §4.1). Times in seconds.
struct SetCookie {
  std::string_view name;
  std::string_view value;  ///< percent_encode() what may hold blanks, commas, semicolons, quotes or non-ASCII
  std::string_view path = "/";
  std::string_view domain = {};
  std::optional<std::int64_t> max_age = std::nullopt;
  std::optional<std::int64_t> expires = std::nullopt;  ///< since 1970
  bool http_only = false;
  bool secure = false;  ///< required by SameSite::none, `__Secure-` and `__Host-`
  SameSite same_site = SameSite::unset;
};

/// Appends the value of a Set-Cookie header; on error appends nothing.
Errc write_set_cookie(Buffer& out, const SetCookie& cookie);

}  // namespace duplex::http
