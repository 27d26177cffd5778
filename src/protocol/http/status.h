// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace duplex::http {

/// The reason phrase of a status: "Not Found" for 404; "Unknown" for one that has none.
std::string_view reason_for(int status) noexcept;

}  // namespace duplex::http
