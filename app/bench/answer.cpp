// SPDX-License-Identifier: MIT
#include "app/bench/answer.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace duplex::bench {
namespace {

bool is(std::string_view name, std::string_view wanted) noexcept {
  return name.size() == wanted.size() && strncasecmp(name.data(), wanted.data(), name.size()) == 0;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<ws::HandshakeResponse> read_answer(std::string_view head) noexcept {
  ws::HandshakeResponse answer;
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) return {};
  if (std::from_chars(head.data() + 9, head.data() + 12, answer.status).ptr != head.data() + 12) return {};

  for (auto end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
    head.remove_prefix(end + 2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    const auto take = [&value](std::string_view& field) {
      if (field.empty()) field = value;
    };
    if (is(name, "upgrade")) take(answer.upgrade);
    if (is(name, "connection")) take(answer.connection);
    if (is(name, "sec-websocket-accept")) take(answer.accept);
    if (is(name, "sec-websocket-extensions")) take(answer.extensions);
    if (is(name, "sec-websocket-protocol")) take(answer.protocol), answer.has_protocol = true;
  }
  return answer;
}

std::optional<std::size_t> content_length(std::string_view head) noexcept {
  constexpr std::string_view wanted = "content-length:";
  for (auto end = head.find("\r\n"); end != head.npos; end = head.find("\r\n")) {
    head.remove_prefix(end + 2);
    if (head.size() < wanted.size() || strncasecmp(head.data(), wanted.data(), wanted.size()) != 0) continue;
    head.remove_prefix(std::min(head.size(), head.find_first_not_of(" \t", wanted.size())));
    std::size_t length = 0;
    if (std::from_chars(head.data(), head.data() + head.size(), length).ec == std::errc{}) return length;
    return {};
  }
  return {};
}

}  // namespace duplex::bench
