// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

namespace duplex::sio {

/// Fills it with random characters of base64url, six bits each, that nobody can guess.
void fill_random_id(std::span<char> id);
std::string random_id(std::size_t size);

}  // namespace duplex::sio
