// SPDX-License-Identifier: MIT
#include "protocol/http/header_id.h"

#include <array>

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

constexpr std::array<std::string_view, header_id_count> names = {
    "",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "host",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "last-event-id",
    "location",
    "origin",
    "range",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "server",
    "set-cookie",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
};
static_assert(names[static_cast<std::size_t>(HeaderId::x_forwarded_proto)] == "x-forwarded-proto");
static_assert(names[static_cast<std::size_t>(HeaderId::host)] == "host");
static_assert(names[static_cast<std::size_t>(HeaderId::server)] == "server");

/// Length, first and last letter tell these names apart well; bit 5 makes the letters lower-case.
constexpr std::size_t hash(std::string_view name) noexcept {
  const auto first = static_cast<unsigned char>(name.front()) | 0x20u;
  const auto last = static_cast<unsigned char>(name.back()) | 0x20u;
  return (name.size() * 5 + first * 3 + last * 17) & 127;
}

/// Open addressing: a search ends at the first free slot.
constexpr std::array<std::uint8_t, 128> slots = [] {
  std::array<std::uint8_t, 128> table{};
  for (std::size_t id = 1; id < names.size(); ++id) {
    std::size_t slot = hash(names[id]);
    while (table[slot] != 0) slot = (slot + 1) & 127;
    table[slot] = static_cast<std::uint8_t>(id);
  }
  return table;
}();

}  // namespace

HeaderId header_id(std::string_view name) noexcept {
  if (name.empty()) return HeaderId::other;
  for (std::size_t slot = hash(name); slots[slot] != 0; slot = (slot + 1) & 127) {
    if (equals_ignore_case(names[slots[slot]], name)) return static_cast<HeaderId>(slots[slot]);
  }
  return HeaderId::other;
}

}  // namespace duplex::http
