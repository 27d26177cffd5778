// SPDX-License-Identifier: MIT
#include "protocol/http/disposition.h"

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

/// RFC 8187 §3.2.1, attr-char.
bool is_attr_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

/// "%41": some clients would decode it.
bool holds_escape(std::string_view name) noexcept {
  for (std::size_t i = 0; i + 2 < name.size(); ++i)
    if (name[i] == '%' && is_hex(name[i + 1]) && is_hex(name[i + 2])) return true;
  return false;
}

}  // namespace

std::string attachment_disposition(std::string_view file_name) {
  file_name.remove_prefix(file_name.rfind('/') + 1);  // npos + 1 is 0
  std::string out = "attachment";
  if (file_name.empty()) return out;
  if (is_token(file_name) && !holds_escape(file_name)) return out.append("; filename=").append(file_name);
  bool plain = !holds_escape(file_name);
  out += "; filename=\"";
  for (const char c : file_name) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0xc0 || u < ' ' || u == 0x7f) {  // the first byte of a character beyond ASCII, or what no name should have
      out += '?';
      plain = false;
    } else if (u < 0x80) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
  if (plain) return out;
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += "; filename*=UTF-8''";
  for (const char c : file_name) {
    if (is_attr_char(c)) {
      out += c;
    } else {
      const auto u = static_cast<unsigned char>(c);
      out += {'%', digits[u >> 4], digits[u & 15]};
    }
  }
  return out;
}

}  // namespace duplex::http
