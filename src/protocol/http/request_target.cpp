// SPDX-License-Identifier: MIT
#include "protocol/http/request_target.h"

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_name_char(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

Errc check_bytes(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end; ++p) {
    const char c = *p;
    if (c == '%') {
      if (end - p < 3 || !is_hex(p[1]) || !is_hex(p[2])) return Errc::bad_percent_encoding;
      if (p[1] == '0' && p[2] == '0') return Errc::bad_percent_encoding;
    } else if (const auto u = static_cast<unsigned char>(c); u <= ' ' || u >= 0x7f || c == '#') {
      return c == '\r' ? Errc::bare_carriage_return : Errc::bad_target;
    }
  }
  return Errc::ok;
}

/// Takes "http://host" off the front, if it is there.
Errc take_authority(std::string_view& rest, RequestTarget& target) noexcept {
  const std::size_t scheme = equals_ignore_case(rest.substr(0, 7), "http://")    ? 7
                             : equals_ignore_case(rest.substr(0, 8), "https://") ? 8
                                                                                 : 0;
  if (scheme == 0) return Errc::bad_target;  // authority and asterisk form: nothing here is served by them
  rest.remove_prefix(scheme);
  target.authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(target.authority.size());
  return is_host(target.authority) ? Errc::ok : Errc::bad_target;  // no user:password@ either
}

}  // namespace

Errc parse_target(std::string_view text, RequestTarget& target) noexcept {
  if (const Errc error = check_bytes(text); error != Errc::ok) return error;
  target = {};
  if (text.empty()) return Errc::bad_request_line;
  if (text.front() != '/') {
    if (const Errc error = take_authority(text, target); error != Errc::ok) return error;
  }
  const auto question = text.find('?');
  target.path = text.substr(0, question);
  if (question != text.npos) target.query = text.substr(question + 1);
  if (target.path.empty()) target.path = "/";
  const bool is_ambiguous = target.path.find("//") != text.npos || target.path.find('\\') != text.npos;
  return is_ambiguous ? Errc::bad_target : Errc::ok;
}

bool is_host(std::string_view text) noexcept {
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = 1;
    while (end < text.size() && (is_hex(text[end]) || text[end] == ':' || text[end] == '.')) ++end;
    if (end < 4 || end == text.size() || text[end] != ']') return false;  // the shortest is [::]
    ++end;
  } else {
    while (end < text.size() && is_name_char(text[end])) ++end;
    if (end == 0) return false;
  }
  if (end == text.size()) return true;
  if (text[end] != ':' || text.size() - end > 6) return false;
  for (char c : text.substr(end + 1)) {
    if (!is_digit(c)) return false;
  }
  return true;
}

}  // namespace duplex::http
