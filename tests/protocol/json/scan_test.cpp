// SPDX-License-Identifier: MIT
#include "protocol/json/scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>

using namespace duplex;

TEST_CASE("the end of a string's plain part is found wherever it is, and nothing beyond the text is looked at") {
  for (std::size_t size = 0; size < 70; ++size) {
    // Exactly as long as the text, so that AddressSanitizer sees a byte too far.
    const std::unique_ptr<char[]> text(new char[size]);
    for (std::size_t at = 0; at <= size; ++at)
      for (const char special : {'"', '\\', '\0', '\n', '\x1f'}) {
        std::fill_n(text.get(), size, static_cast<char>(size % 2 == 0 ? 'a' : '\xfe'));
        if (at < size) text[at] = special;
        if (at + 1 < size) text[at + 1] = '"';
        CHECK(json::find_special(text.get(), text.get() + size) == text.get() + at);
      }
  }
}

TEST_CASE("no character but quotes, backslashes and control characters ends the plain part of a string") {
  for (unsigned c = 0; c < 256; ++c) {
    const std::string text(21, static_cast<char>(c));
    const bool ends = c < 0x20 || c == '"' || c == '\\';
    CAPTURE(c);
    CHECK((json::find_special(text.data(), text.data() + text.size()) == text.data()) == ends);
    CHECK((json::find_special(text.data() + 16, text.data() + text.size()) == text.data() + 16) == ends);
  }
}
