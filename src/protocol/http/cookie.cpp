// SPDX-License-Identifier: MIT
#include "protocol/http/cookie.h"

#include <array>
#include <charconv>

#include "protocol/http/date.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

/// RFC 6265 §4.1.1, cookie-octet.
bool is_cookie_value(std::string_view text) noexcept {
  for (char c : text) {
    if (c <= ' ' || c > '~' || c == '"' || c == ',' || c == ';' || c == '\\') return false;
  }
  return true;
}

bool is_attribute_value(std::string_view text) noexcept {
  for (char c : text) {
    if (c < ' ' || c > '~' || c == ';') return false;
  }
  return true;
}

bool is_domain(std::string_view text) noexcept {
  for (char c : text) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!ok) return false;
  }
  return true;
}

/// The prefixes and SameSite=None bind a cookie to `secure`: browsers drop it silently otherwise (RFC 6265bis §4.1.3).
bool keeps_its_promises(const SetCookie& cookie) noexcept {
  const bool host = equals_ignore_case(cookie.name.substr(0, 7), "__Host-");
  const bool secure = host || equals_ignore_case(cookie.name.substr(0, 9), "__Secure-");
  if ((secure || cookie.same_site == SameSite::none) && !cookie.secure) return false;
  return !host || (cookie.path == "/" && cookie.domain.empty());
}

void attribute(Buffer& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(value);
}

}  // namespace

std::optional<Cookie> RequestCookies::next() noexcept {
  while (!rest_.empty()) {
    const auto end = rest_.find(';');
    const auto pair = rest_.substr(0, end);
    rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == pair.npos) continue;
    Cookie cookie{trim(pair.substr(0, equals)), trim(pair.substr(equals + 1))};
    if (cookie.name.empty()) continue;
    auto& value = cookie.value;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return cookie;
  }
  return std::nullopt;
}

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) noexcept {
  RequestCookies cookies(header);
  while (const auto cookie = cookies.next()) {
    if (cookie->name == name) return cookie->value;
  }
  return std::nullopt;
}

Errc write_set_cookie(Buffer& out, const SetCookie& cookie) {
  const bool is_valid = is_token(cookie.name) && is_cookie_value(cookie.value) && is_attribute_value(cookie.path) &&
                        is_domain(cookie.domain) && keeps_its_promises(cookie);
  if (!is_valid) return Errc::invalid_cookie;
  attribute(out, cookie.name, "=");
  out.append(cookie.value);
  if (cookie.max_age) {
    std::array<char, 21> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *cookie.max_age).ptr;
    attribute(out, "; Max-Age=", {digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  if (!cookie.domain.empty()) attribute(out, "; Domain=", cookie.domain);
  if (!cookie.path.empty()) attribute(out, "; Path=", cookie.path);
  if (cookie.expires) {
    const DateText date = format_date(*cookie.expires);
    attribute(out, "; Expires=", {date.data(), date.size()});
  }
  if (cookie.http_only) out.append("; HttpOnly");
  if (cookie.secure) out.append("; Secure");
  switch (cookie.same_site) {
    case SameSite::unset:
      break;
    case SameSite::lax:
      out.append("; SameSite=Lax");
      break;
    case SameSite::strict:
      out.append("; SameSite=Strict");
      break;
    case SameSite::none:
      out.append("; SameSite=None");
      break;
  }
  return Errc::ok;
}

}  // namespace duplex::http
