// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "protocol/http/error.h"

namespace duplex::http {

/// The parts of a request target, still encoded.
struct RequestTarget {
  std::string_view authority;  ///< of the absolute form; else empty
  std::string_view path;       ///< begins with '/'
  std::string_view query;      ///< without the '?'
};

/// Reads the origin form ("/a?b") and the absolute form ("http://host/a?b") (RFC 9112 §3.2). Refuses what a router and
/// a file system could read in two ways: "//", '\' in the path, '#', %00, malformed %, bytes that are not visible
/// ASCII.
Errc parse_target(std::string_view text, RequestTarget& target) noexcept;

/// `host` or `host:port`: a name of letters, digits and -._~, or an address in brackets.
bool is_host(std::string_view text) noexcept;

}  // namespace duplex::http
