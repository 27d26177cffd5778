// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "protocol/ws/handshake.h"

namespace duplex::bench {

/// Takes the head of an answer to an upgrade request apart; `head` reaches to the end of its empty line and is
/// borrowed. Nothing if it is no HTTP/1.1 answer. Whether it agrees to the upgrade is for `ws::check_response` to say.
/// A header that occurs twice is taken where it first stands: none of them may, but Connection.
std::optional<ws::HandshakeResponse> read_answer(std::string_view head) noexcept;

/// The value of Content-Length (RFC 9112, section 6.2) in the head of an answer, which begins with the status line.
std::optional<std::size_t> content_length(std::string_view head) noexcept;

}  // namespace duplex::bench
