// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http.h>

#include <string_view>
#include <vector>

namespace duplex::http {

/// Adds what a route of this method ("*": any) lets a client do.
void add_methods(std::vector<std::string_view>& methods, std::string_view method);
/// The automatic answer to OPTIONS: in order, each once (RFC 9110 section 9.3.7).
void answer_options(Response& response, std::vector<std::string_view> methods);

}  // namespace duplex::http
