// SPDX-License-Identifier: MIT
#include "server/http/origin.h"

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

struct Origin {
  bool secure = false;
  std::string_view host, port;
  bool valid = false;
};

/// "host:port" taken apart; the port that the scheme implies when there is none.
void split_authority(std::string_view authority, bool secure, std::string_view& host, std::string_view& port) noexcept {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  } else {
    host = authority;
    port = secure ? "443" : "80";
  }
}

Origin parse(std::string_view text) noexcept {
  Origin origin;
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return origin;  // "null", or nonsense
  const std::string_view scheme = text.substr(0, end);
  origin.secure = equals_ignore_case(scheme, "https");
  if (!origin.secure && !equals_ignore_case(scheme, "http")) return origin;
  split_authority(text.substr(end + 3), origin.secure, origin.host, origin.port);
  origin.valid = !origin.host.empty();
  return origin;
}

bool same(const Origin& a, const Origin& b) noexcept {
  return a.valid && b.valid && a.secure == b.secure && a.port == b.port && equals_ignore_case(a.host, b.host);
}

}  // namespace

bool origin_allowed(std::string_view origin, std::string_view host, bool secure, const std::vector<std::string>& listed,
                    bool require_origin) noexcept {
  if (origin.empty()) return !require_origin;
  for (const std::string& allowed : listed)
    if (allowed == "*" || equals_ignore_case(allowed, origin)) return true;
  const Origin theirs = parse(origin);
  for (const std::string& allowed : listed)
    if (same(parse(allowed), theirs)) return true;
  if (!theirs.valid || (secure && !theirs.secure)) return false;
  // Behind a proxy that ends TLS, Host has no port while the page's scheme is https: its own default port is meant.
  std::string_view our_host, our_port;
  split_authority(host, theirs.secure, our_host, our_port);
  return equals_ignore_case(theirs.host, our_host) && theirs.port == our_port;
}

}  // namespace duplex::http
