// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace duplex::eio {

/// How an answer to a poll may be packed (RFC 9110 section 8.4.1).
enum class Coding : unsigned char { identity, gzip, deflate };

/// What to use for a client that sent this Accept-Encoding: gzip if it takes it, else deflate.
Coding choose_coding(std::string_view accept_encoding) noexcept;
constexpr std::string_view name_of(Coding c) noexcept {
  return c == Coding::gzip ? "gzip" : c == Coding::deflate ? "deflate" : "identity";
}
/// The bytes packed; empty if there is no memory for it.
std::string compress(Coding coding, ConstBytes bytes);

}  // namespace duplex::eio
