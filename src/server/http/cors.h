// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http_cors.h>
#include <duplex/http_router.h>

#include <string_view>

namespace duplex::http {

/// What is wrong with these options; empty if nothing is.
std::string_view fault_of(const Cors& options) noexcept;
/// Answers preflights, and marks every other answer.
Middleware cors_middleware(Cors options);

}  // namespace duplex::http
