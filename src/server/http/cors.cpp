// SPDX-License-Identifier: MIT
#include "server/http/cors.h"

#include <algorithm>

namespace duplex::http {
namespace {

bool allows_all(const Cors& options) noexcept {
  return std::find(options.origins.begin(), options.origins.end(), "*") != options.origins.end();
}

void allow_origin(Cors& options, bool all, std::string_view origin, Response& response) {
  if (all) {
    response.header("Access-Control-Allow-Origin", "*");
    return;
  }
  const auto& listed = options.origins;
  if (!origin.empty() &&
      (std::find(listed.begin(), listed.end(), origin) != listed.end() || (options.allows && options.allows(origin))))
    response.header("Access-Control-Allow-Origin", origin);
  response.vary("Origin");  // also for who is refused: a cache must not give his answer to another
}

}  // namespace

std::string_view fault_of(const Cors& options) noexcept {
  if (allows_all(options) && options.credentials)
    return "cors: the origin \"*\" with credentials would let every page act as its visitor; list the origins";
  return {};
}

Middleware cors_middleware(Cors options) {
  const bool all = allows_all(options);
  return [options = std::move(options), all](Request& request, Response& response) mutable -> Flow {
    const bool preflight = request.method() == "OPTIONS";
    allow_origin(options, all, request.header("origin"), response);
    if (options.credentials) response.header("Access-Control-Allow-Credentials", "true");
    if (preflight) {
      response.header("Access-Control-Allow-Methods", options.methods);
      std::string_view headers = options.allowed_headers;
      if (headers.empty()) {
        headers = request.header("access-control-request-headers");
        response.vary("Access-Control-Request-Headers");
      }
      if (!headers.empty()) response.header("Access-Control-Allow-Headers", headers);
      if (options.max_age) response.header("Access-Control-Max-Age", std::to_string(options.max_age->count()));
    }
    if (!options.exposed_headers.empty()) response.header("Access-Control-Expose-Headers", options.exposed_headers);
    if (!preflight || options.preflight_continue) return next;
    response.status(options.preflight_status).end();
    return done;
  };
}

}  // namespace duplex::http
