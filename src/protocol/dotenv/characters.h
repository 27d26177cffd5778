// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace duplex::dotenv {

/// The text's characters. What is not UTF-8 becomes U+FFFD, one for each longest run that might have begun a character
/// (Unicode 15 section 3.9), as in JavaScript.
std::u32string decode(std::string_view utf8);
std::string encode(std::u32string_view characters);

/// White space and line terminators as ECMAScript has them (ECMA-262 sections 12.2 and 12.3).
constexpr bool is_line_end(char32_t c) noexcept { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }
constexpr bool is_space(char32_t c) noexcept {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

}  // namespace duplex::dotenv
