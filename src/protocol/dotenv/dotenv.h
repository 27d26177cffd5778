// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace duplex::dotenv {

/// One assignment of a `.env` file.
struct Entry {
  std::string key;
  std::string value;     ///< without its quotes; UTF-8
  std::size_t line = 0;  ///< that the key stands on; the first is 1
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// The assignments of a text, in order, read as npm `dotenv` 18 reads them (its default parser): what is no assignment
/// is passed over, and of a key that is there twice the last one counts. Bytes that are not UTF-8 become U+FFFD. Linear
/// time.
///     # comment
///     PORT=3000            # a comment, too
///     export NAME='as it is, # and all'
///     TEXT="two\nlines"    (\n and \r mean what they say between double quotes only)
///     KEY=`several
///     lines, whichever the quotes`
/// Surprises that it shares with `dotenv`: white space around `=` may be a new line, so an assignment whose value is
/// left out takes a *quoted* one from the next line; a quoted value must be followed by the end of the line or a
/// comment, or its quotes are part of the value; `KEY: value` assigns, too.
std::vector<Entry> parse(std::string_view text);

/// The one that counts, or null.
const Entry* find(const std::vector<Entry>& entries, std::string_view key) noexcept;

}  // namespace duplex::dotenv
