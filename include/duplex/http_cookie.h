// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace duplex::http {

enum class SameSite : std::uint8_t { unset, lax, strict, none };

/// How a cookie is set: `res.cookie("theme", "dark", {.max_age = 3600, .http_only = true})`.
struct CookieOptions {
  std::string_view path = "/";
  std::string_view domain = {};
  std::optional<std::int64_t> max_age = std::nullopt;  ///< seconds; unset: until the browser is closed
  bool http_only = false;
  bool secure = false;  ///< required by SameSite::none, and by the names `__Secure-…` and `__Host-…`
  SameSite same_site = SameSite::unset;
};

}  // namespace duplex::http
