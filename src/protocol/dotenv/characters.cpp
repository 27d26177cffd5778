// SPDX-License-Identifier: MIT
#include "protocol/dotenv/characters.h"

#include <cstddef>

namespace duplex::dotenv {
namespace {

/// What may follow a first byte: how many bytes, and the bounds of the next one (Unicode 15 table 3-7).
struct Sequence {
  int following = 0;
  unsigned low = 0x80, high = 0xBF;
  char32_t bits = 0;
};

constexpr Sequence begun_by(unsigned char byte) noexcept {
  if (byte < 0xC2 || byte > 0xF4) return {};
  if (byte < 0xE0) return {1, 0x80, 0xBF, byte & 0x1FU};
  if (byte < 0xF0) return {2, byte == 0xE0 ? 0xA0U : 0x80U, byte == 0xED ? 0x9FU : 0xBFU, byte & 0x0FU};
  return {3, byte == 0xF0 ? 0x90U : 0x80U, byte == 0xF4 ? 0x8FU : 0xBFU, byte & 0x07U};
}

constexpr char32_t replacement = 0xFFFD;

}  // namespace

std::u32string decode(std::string_view utf8) {
  std::u32string characters;
  characters.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i++]);
    if (first < 0x80) {
      characters.push_back(first);
      continue;
    }
    Sequence sequence = begun_by(first);
    bool good = sequence.following > 0;
    for (; good && sequence.following > 0; --sequence.following) {
      const unsigned next = i < utf8.size() ? static_cast<unsigned char>(utf8[i]) : 0U;
      good = next >= sequence.low && next <= sequence.high;
      if (!good) break;
      ++i;
      sequence.bits = sequence.bits << 6 | (next & 0x3FU);
      sequence.low = 0x80;
      sequence.high = 0xBF;
    }
    characters.push_back(good ? sequence.bits : replacement);
  }
  return characters;
}

std::string encode(std::u32string_view characters) {
  std::string utf8;
  utf8.reserve(characters.size());
  const auto put = [&utf8](char32_t byte) { utf8.push_back(static_cast<char>(byte)); };
  for (const char32_t c : characters) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6);
      put(0x80 | (c & 0x3F));
    } else {
      if (c < 0x10000) {
        put(0xE0 | c >> 12);
      } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
      }
      put(0x80 | (c >> 6 & 0x3F));
      put(0x80 | (c & 0x3F));
    }
  }
  return utf8;
}

}  // namespace duplex::dotenv
