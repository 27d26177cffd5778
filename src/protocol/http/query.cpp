// SPDX-License-Identifier: MIT
#include "protocol/http/query.h"

#include "protocol/http/url.h"

namespace duplex::http {

std::optional<QueryPair> Query::Cursor::next() noexcept {
  while (!rest_.empty()) {
    const auto end = rest_.find('&');
    const auto pair = rest_.substr(0, end);
    rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == pair.npos) return QueryPair{pair, {}};
    return QueryPair{pair.substr(0, equals), pair.substr(equals + 1)};
  }
  return std::nullopt;
}

std::optional<std::string_view> Query::raw(std::string_view name) const noexcept {
  Cursor cursor = pairs();
  while (const auto pair = cursor.next()) {
    if (decodes_to(pair->name, name, Plus::is_space)) return pair->value;
  }
  return std::nullopt;
}

std::optional<std::string> Query::get(std::string_view name) const {
  const auto value = raw(name);
  return value ? percent_decode(*value, Plus::is_space) : std::nullopt;
}

std::size_t Query::count(std::string_view name) const noexcept {
  std::size_t found = 0;
  Cursor cursor = pairs();
  while (const auto pair = cursor.next()) found += decodes_to(pair->name, name, Plus::is_space) ? 1 : 0;
  return found;
}

bool Query::is_bounded(std::size_t most) const noexcept {
  Cursor cursor = pairs();
  for (std::size_t n = 0; cursor.next(); ++n) {
    if (n == most) return false;
  }
  return true;
}

}  // namespace duplex::http
