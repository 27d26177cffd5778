// SPDX-License-Identifier: MIT
#include "core/utf8.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/allocations.h"

using namespace duplex;
using duplex::testing::allocations_during;

namespace {

// The definition, as arithmetic: decode each character, then ask whether its shortest form has this length.
bool is_utf8_by_definition(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
    const unsigned lead = at(i);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (length == 0 || i + length > s.size()) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if (at(i + k) >> 6 != 2) return false;
      point = point << 6 | (at(i + k) & 63u);
    }
    const std::size_t shortest = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (shortest != length || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
    i += length;
  }
  return true;
}

bool is_utf8_bytewise(std::string_view s) {
  Utf8Validator validator;
  for (char c : s) {
    if (!validator.feed(as_bytes({&c, 1}))) return false;
  }
  return validator.complete();
}

void check(std::string_view s) {
  const bool expected = is_utf8_by_definition(s);
  if (is_valid_utf8(as_bytes(s)) == expected && is_utf8_bytewise(s) == expected) return;
  std::string shown;
  for (char c : s) shown += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4], shown += "0123456789abcdef"[c & 15];
  FAIL_CHECK("wrong about " << shown);
}

// Characters of every length, chosen by a small generator that always gives the same.
struct Samples {
  std::uint32_t state = 1;
  std::uint32_t next() { return state = state * 1664525u + 1013904223u, state >> 8; }
  std::string text(std::size_t size) {
    static const std::vector<std::string> characters = {"a",
                                                        "xyz ",
                                                        "\xc3\xa4",
                                                        "\xdf\xbf",
                                                        "\xe0\xa0\x80",
                                                        "\xe6\xbc\xa2",
                                                        "\xed\x9f\xbf",
                                                        "\xf0\x90\x80\x80",
                                                        "\xf0\x9f\x98\x80",
                                                        "\xf4\x8f\xbf\xbf"};
    std::string out;
    while (out.size() < size) out += characters[next() % characters.size()];
    return out;
  }
};

}  // namespace

TEST_CASE("every sequence of one, two and three bytes is judged as defined") {
  for (unsigned a = 0; a < 256; ++a) {
    const char first = static_cast<char>(a);
    check({&first, 1});
    for (unsigned b = 0; b < 256; ++b) {
      const char two[] = {first, static_cast<char>(b)};
      check({two, 2});
      if (a < 0x7f || (a >= 0x81 && a < 0xc0)) continue;  // the rest differs in nothing from 7F and 80
      for (unsigned c = 0x7e; c <= 0xc1; ++c) {
        const char three[] = {first, static_cast<char>(b), static_cast<char>(c)};
        check({three, 3});
      }
    }
  }
}

TEST_CASE("sequences of four bytes are judged as defined") {
  for (unsigned a = 0xee; a < 256; ++a) {
    for (unsigned b = 0x7e; b <= 0xc1; ++b) {
      for (unsigned c : {0x7fu, 0x80u, 0x9fu, 0xbfu, 0xc0u}) {
        for (unsigned d : {0x7fu, 0x80u, 0x8fu, 0xbfu, 0xc0u}) {
          const char four[] = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)};
          check({four, 4});
        }
      }
    }
  }
}

TEST_CASE("a text is accepted in any two pieces") {
  Samples samples;
  const std::string s = samples.text(300);
  for (std::size_t cut = 0; cut <= s.size(); ++cut) {
    Utf8Validator validator;
    CHECK(validator.feed(as_bytes(s).first(cut)));
    CHECK(validator.feed(as_bytes(s).subspan(cut)));
    CHECK(validator.complete());
  }
}

TEST_CASE("feed fails at the first bad byte, whatever came with it, and then for good") {
  Samples samples;
  for (std::string_view bad : {"\xf4\x90", "\xed\xa0", "\xc0", "\xf0\x8f", "\x80", "\xe2\x28", "\xff"}) {
    for (std::size_t size : {0u, 5u, 40u, 200u, 5000u}) {
      const std::string s = samples.text(size) + std::string(bad);
      CAPTURE(size);
      Utf8Validator before;
      CHECK(before.feed(as_bytes(s).first(s.size() - 1)));
      Utf8Validator at;
      CHECK_FALSE(at.feed(as_bytes(s)));
      CHECK_FALSE(at.feed(as_bytes("a")));
      CHECK_FALSE(at.complete());
    }
  }
}

TEST_CASE("a text is not complete inside a character") {
  Utf8Validator validator;
  CHECK(validator.complete());
  CHECK(validator.feed(as_bytes("\xe6\xbc")));
  CHECK_FALSE(validator.complete());
  CHECK(validator.feed({}));
  CHECK(validator.feed(as_bytes("\xa2")));
  CHECK(validator.complete());
}

TEST_CASE("U3: the fast path and the byte by byte path agree at every alignment from 0 to 63") {
  Samples samples;
  for (std::size_t size : {1u, 7u, 31u, 47u, 48u, 63u, 64u, 65u, 130u, 257u}) {
    const std::string good = samples.text(size);
    for (std::size_t alignment = 0; alignment < 64; ++alignment) {
      std::string room(alignment, 'a');
      room += good;
      const std::string_view s = std::string_view(room).substr(alignment);
      CHECK(is_valid_utf8(as_bytes(s)));
      CHECK(is_utf8_bytewise(s));
      for (int i = 0; i < 40; ++i) {
        std::string broken = room;
        broken[alignment + samples.next() % good.size()] = static_cast<char>(samples.next());
        check(std::string_view(broken).substr(alignment));
      }
      check(s.substr(0, samples.next() % s.size()));
    }
  }
}

TEST_CASE("one byte that is not ASCII is seen at every place of texts of every length") {
  for (std::size_t size = 1; size <= 80; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string s(size, 'a');
      s[at] = '\x80';
      check(s);
      s[at] = '\xc3';
      check(s);
      if (at + 1 == size) continue;
      s[at + 1] = '\xa4';
      check(s);
    }
  }
}

TEST_CASE("a validator is one byte, and checks without an allocation") {
  CHECK(sizeof(Utf8Validator) == 1);
  Samples samples;
  const std::string s = samples.text(10'000);
  CHECK(allocations_during([&] { CHECK(is_valid_utf8(as_bytes(s))); }) == 0);
}
