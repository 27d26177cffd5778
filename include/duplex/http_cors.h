// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/function.h>

namespace duplex::http {

/// Which pages of other origins may read the answers; answers as npm `cors` does:
///     server.cors({.origins = {"https://example.org"}, .credentials = true});
/// "*" with credentials is refused: the server does not start.
struct Cors {
  std::vector<std::string> origins = {};                ///< "*": every origin; else one that is listed is echoed
  Function<bool(std::string_view origin)> allows = {};  ///< asked for what is not listed; on the request's loop
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  std::string allowed_headers = {};  ///< "X-Token,Content-Type"; empty: what the preflight asks for
  std::string exposed_headers = {};
  bool credentials = false;
  std::optional<std::chrono::seconds> max_age = {};
  bool preflight_continue = false;  ///< OPTIONS goes on to the routes
  int preflight_status = 204;
};

/// Packs answers that handlers give (not files: those are packed when they are built) for clients that take it: gzip,
/// else deflate. With `Vary: Accept-Encoding`. Off unless said: `server.compress({})`. Beware of answers that hold a
/// secret beside what a client sent (BREACH).
struct Compress {
  std::size_t threshold = 1024;  ///< bytes; shorter answers go as they are
  int level = 6;                 ///< 1 fastest to 9 smallest
};

}  // namespace duplex::http
