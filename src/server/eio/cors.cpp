// SPDX-License-Identifier: MIT
#include "server/eio/cors.h"

#include <algorithm>

namespace duplex::eio {
namespace {

void apply_origin(const CorsOptions& options, std::string_view origin, http::Response& response) {
  const auto& listed = options.origins;
  if (!options.reflect_origin && std::find(listed.begin(), listed.end(), "*") != listed.end()) {
    response.header("Access-Control-Allow-Origin", "*");
    return;
  }
  if (!origin.empty() && (options.reflect_origin || std::find(listed.begin(), listed.end(), origin) != listed.end()))
    response.header("Access-Control-Allow-Origin", origin);
  response.header("Vary", "Origin");
}

}  // namespace

bool apply_cors(const CorsOptions& options, const http::Request& request, http::Response& response) {
  if (!options.enabled()) return false;
  const bool preflight = request.method() == "OPTIONS";
  apply_origin(options, request.header("Origin"), response);
  if (options.credentials) response.header("Access-Control-Allow-Credentials", "true");
  if (preflight) {
    response.header("Access-Control-Allow-Methods", options.methods);
    if (!options.allowed_headers.empty()) {
      response.header("Access-Control-Allow-Headers", options.allowed_headers);
    } else {
      response.header("Vary", "Access-Control-Request-Headers");
      const std::string_view asked = request.header("Access-Control-Request-Headers");
      if (!asked.empty()) response.header("Access-Control-Allow-Headers", asked);
    }
    if (options.max_age) response.header("Access-Control-Max-Age", std::to_string(options.max_age->count()));
  }
  if (!options.exposed_headers.empty()) response.header("Access-Control-Expose-Headers", options.exposed_headers);
  if (!preflight) return false;
  response.status(204).end();  // without the Content-Length: 0 of the package: RFC 9110 section 8.6 forbids it
  return true;
}

}  // namespace duplex::eio
