// SPDX-License-Identifier: MIT
#include "server/sio/legacy.h"

#include <algorithm>
#include <map>

#include "protocol/http/query.h"
#include "protocol/http/url.h"

namespace duplex::sio {
namespace {

constexpr std::size_t longest_query = 8192;  // bytes, as in a URL; one that is longer is left away

json::Text object_of(std::string_view query) {
  std::map<std::string, std::string> fields;
  http::Query::Cursor pairs = http::Query(query).pairs();
  while (const auto pair = pairs.next()) {
    const auto name = http::percent_decode(pair->name, http::Plus::is_space);
    const auto value = http::percent_decode(pair->value, http::Plus::is_space);
    fields[name ? *name : std::string(pair->name)] = value ? *value : std::string(pair->value);
  }
  return json::text_of(fields);
}

}  // namespace

LegacyConnect read_legacy_connect(std::string_view text) {
  const std::string_view nsp = text.substr(0, std::min(text.find(','), text.size()));
  const std::size_t mark = std::min(nsp.find('?'), nsp.size());
  const std::string_view query = nsp.substr(std::min(mark + 1, nsp.size()));
  if (!text.substr(1).starts_with('/')) return {std::string(text.substr(0, 1)), json::object()};
  return {std::string(nsp.substr(0, mark)), object_of(query.size() > longest_query ? std::string_view() : query)};
}

std::string legacy_id(std::string_view nsp, std::string_view sid) {
  return nsp == "/" ? std::string(sid) : std::string(nsp) + "#" + std::string(sid);
}

json::Text legacy_refusal(std::string_view message, json::View data) {
  return data.is_null() ? json::text_of(message) : json::text_of(data);
}

}  // namespace duplex::sio
