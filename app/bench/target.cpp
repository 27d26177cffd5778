// SPDX-License-Identifier: MIT
#include "app/bench/target.h"

#include <algorithm>
#include <charconv>

namespace duplex::bench {
namespace {

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

std::optional<int> parse_port(std::string_view digits) {
  int port = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (wrong != std::errc() || end != digits.data() + digits.size() || port < 1 || port > 65535) return {};
  return port;
}

}  // namespace

std::string Target::host_header() const {
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? bracketed : bracketed + ":" + std::to_string(port);
}

std::optional<Target> parse_target(std::string_view url) {
  if (!is_visible(url)) return {};
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string_view scheme = url.substr(0, scheme_end);
  Target target;
  if (scheme != "ws" && scheme != "wss" && scheme != "http" && scheme != "https") return {};
  target.tls = scheme == "wss" || scheme == "https";
  target.socket_io = scheme == "http" || scheme == "https";
  url.remove_prefix(scheme_end + 3);

  const auto authority_end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view authority = url.substr(0, authority_end), path = url.substr(authority_end);
  path = path.substr(0, path.find('#'));
  if (!path.empty()) target.path = path.front() == '/' ? std::string(path) : "/" + std::string(path);

  std::string_view port;
  bool has_port = false;
  if (!authority.empty() && authority.front() == '[') {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return {};
    target.host = authority.substr(1, bracket - 1);
    authority.remove_prefix(bracket + 1);
    if (!authority.empty() && authority.front() != ':') return {};
    has_port = !authority.empty();
    if (has_port) port = authority.substr(1);
  } else {
    const auto colon = authority.find(':');
    target.host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
  }
  if (target.host.empty() || target.host.find('@') != std::string::npos) return {};
  target.port = target.tls ? 443 : 80;
  if (has_port) {
    const auto number = parse_port(port);
    if (!number) return {};
    target.port = *number;
  }
  return target;
}

std::string socket_io_path(std::string_view path, std::string_view transport) {
  const auto question = path.find('?');
  std::string result(path.substr(0, question));
  if (result.empty() || result == "/") result = "/socket.io/";
  result += '?';
  if (question != std::string_view::npos && question + 1 < path.size()) {
    result += path.substr(question + 1);
    result += '&';
  }
  return result.append("EIO=4&transport=").append(transport);
}

}  // namespace duplex::bench
