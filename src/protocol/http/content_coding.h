// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "core/buffer.h"

namespace duplex::http {

/// How a body is packed (RFC 9110 §8.4.1).
enum class Coding : std::uint8_t { identity, gzip, deflate };

constexpr std::string_view name_of(Coding coding) noexcept {
  return coding == Coding::gzip ? "gzip" : coding == Coding::deflate ? "deflate" : "identity";
}
/// The best of ours that an Accept-Encoding takes: gzip, else deflate, else none.
Coding choose_coding(std::string_view accept_encoding) noexcept;
/// Appends the packed body; false, and nothing is appended, if there is no memory for it.
bool pack(Buffer& out, Coding coding, ConstBytes body, int level);

}  // namespace duplex::http
