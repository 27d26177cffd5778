// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace duplex::json {

/// Writes the text that a string's inside stands for to `out`, which has room for `escaped.size()` bytes; returns its
/// end. A surrogate without its other half becomes U+FFFD: it cannot be said in UTF-8.
char* unescape(char* out, std::string_view escaped) noexcept;

/// Appends `text` as the inside of a string. Bytes that are not UTF-8 become U+FFFD, one for each maximal part of a
/// sequence (Unicode 15 §3.9, U+FFFD Substitution of Maximal Subparts), as in browsers.
void escape(std::string& out, std::string_view text);

}  // namespace duplex::json
