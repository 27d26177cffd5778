// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "protocol/http/error.h"
#include "protocol/http/headers.h"

namespace duplex::http {

/// Reads one header line without its CR LF, which is not empty (RFC 9112 §5). The same for requests and responses.
Errc parse_field_line(std::string_view line, Header& header) noexcept;

}  // namespace duplex::http
