// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string_view>

namespace duplex::json {

/// What is wrong with a text that is not JSON, or not JSON we take.
enum class Fault : unsigned char { none, syntax, too_deep, not_utf8 };

struct ValidateOptions {
  std::size_t max_depth = 256;  ///< arrays and objects within each other; at most 1,024
  bool utf8_known = false;      ///< the text is known to be UTF-8, as a WebSocket text message is
};

/// Is the whole of `text` one JSON value (RFC 8259), white space around it allowed? It accepts what JavaScript's
/// JSON.parse accepts, within the depth: 1e999, numbers of any length, equal names, `\u0000` and lone surrogates in
/// escapes. Constant stack, one pass (two where UTF-8 is to be checked), no allocation.
[[nodiscard]] Fault validate(std::string_view text, ValidateOptions options = {}) noexcept;

/// An array that begins with a string, as a call: a name and arguments.
struct Call {
  std::string_view name;       ///< as it stands in the text
  std::string_view arguments;  ///< `a,b,c`, without brackets or white space around them; empty if there are none
  bool has_one = false;        ///< it is known that there is exactly one
};

/// The same, and takes the array apart on its way: if it is valid, begins with a string, and that has no escapes, this
/// is written to `call`. Else `call` is empty.
[[nodiscard]] Fault validate(std::string_view text, ValidateOptions options, Call& call) noexcept;

}  // namespace duplex::json
