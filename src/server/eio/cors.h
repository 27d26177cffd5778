// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>
#include <duplex/http.h>

namespace duplex::eio {

/// Adds what the npm package `cors` adds to an answer. True if the request was a preflight, which is answered now.
bool apply_cors(const CorsOptions& options, const http::Request& request, http::Response& response);

}  // namespace duplex::eio
