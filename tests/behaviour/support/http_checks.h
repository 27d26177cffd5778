// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace behaviour {

/// The request is answered with one of `statuses` (in every delivery), nothing is answered after it, and the server
/// drops the connection: also when a good request follows in the same write.
void check_refused(const std::vector<int>& statuses, std::string_view request);

/// The request is answered with `status`, and the connection serves the request that follows.
void check_served(int status, std::string_view request, std::string_view body);

/// A request for an upgrade that is answered with `status`; returns the head of the answer.
std::string check_upgrade(int status, std::string_view request);

/// "GET / HTTP/1.1", a Host, and these lines ("Name: value\r\n" each).
std::string get(std::string_view lines, std::string_view target = "/");
/// "POST /echo HTTP/1.1", a Host, these lines, and what follows the blank line.
std::string post(std::string_view lines, std::string_view body);

/// `text` repeated.
std::string times(std::size_t count, std::string_view text);

}  // namespace behaviour
