// SPDX-License-Identifier: MIT
#include "protocol/http/field_line.h"

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// Names what is wrong with a line whose name is not followed by a colon.
Errc refuse_name(std::string_view line, std::size_t end) noexcept {
  if (end == line.size()) return Errc::bad_header_name;
  if (line[end] == '\r') return Errc::bare_carriage_return;
  while (end < line.size() && is_blank(line[end])) ++end;
  return end < line.size() && line[end] == ':' ? Errc::space_before_colon : Errc::bad_header_name;
}

}  // namespace

Errc parse_field_line(std::string_view line, Header& header) noexcept {
  // RFC 9112 §5.2: folding is obsolete; a reader that unfolds and one that does not would see different headers.
  if (is_blank(line.front())) return Errc::folded_header;
  const char* const end = line.data() + line.size();
  const char* at = line.data();
  while (at != end && is_token_char(*at)) ++at;
  const auto colon = static_cast<std::size_t>(at - line.data());
  if (colon == line.size() || line[colon] != ':') return refuse_name(line, colon);
  if (colon == 0) return Errc::empty_header_name;

  header.name = line.substr(0, colon);
  header.value = trim(line.substr(colon + 1));
  if (!is_field_value(header.value)) {
    return header.value.find('\r') != header.value.npos ? Errc::bare_carriage_return : Errc::bad_header_value;
  }
  header.id = header_id(header.name);
  return Errc::ok;
}

}  // namespace duplex::http
