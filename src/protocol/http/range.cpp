// SPDX-License-Identifier: MIT
#include "protocol/http/range.h"

#include <algorithm>
#include <charconv>

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

/// Digits alone; a number that does not fit is as large as can be. False if it is none.
bool read_number(std::string_view text, std::uint64_t& number) noexcept {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return false;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) return true;
  number = UINT64_MAX;
  return true;
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t size) noexcept {
  using Kind = RangeChoice::Kind;
  const auto equals = header.find('=');
  if (equals == header.npos || !equals_ignore_case(trim(header.substr(0, equals)), "bytes")) return {};
  const std::string_view spec = trim(header.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == spec.npos || spec.find(',') != spec.npos) return {};
  const std::string_view from = trim(spec.substr(0, dash)), to = trim(spec.substr(dash + 1));
  std::uint64_t first = 0, last = UINT64_MAX;
  if (from.empty()) {  // the last so many
    if (!read_number(to, last)) return {};
    if (last == 0 || size == 0) return {Kind::unsatisfiable};
    const std::uint64_t length = std::min(last, size);
    return {Kind::part, size - length, length};
  }
  if (!read_number(from, first) || (!to.empty() && !read_number(to, last)) || last < first) return {};
  if (first >= size) return {Kind::unsatisfiable};
  return {Kind::part, first, std::min(last, size - 1) - first + 1};
}

}  // namespace duplex::http
