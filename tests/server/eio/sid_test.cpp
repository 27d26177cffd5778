// SPDX-License-Identifier: MIT
#include "server/eio/sid.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

using namespace duplex::eio;

TEST_CASE("E13: an id names its loop") {
  SidSource ids;
  for (int loop : {0, 1, 63, 64, 255}) {
    const Sid sid = ids.next(loop);
    CHECK(loop_of(std::string_view(sid.data(), sid.size())) == loop);
  }
}

TEST_CASE("E13: the rest of an id is random: no repeats, and every bit is set half of the time") {
  constexpr int count = 20'000;
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  SidSource ids;
  std::set<std::string> seen;
  std::array<int, 128> set{};
  for (int i = 0; i < count; ++i) {
    const Sid sid = ids.next(7);
    seen.emplace(sid.data(), sid.size());
    for (std::size_t bit = 0; bit < set.size(); ++bit)
      set[bit] += static_cast<int>(digits.find(sid[2 + bit / 6]) >> (5 - bit % 6) & 1);
  }
  CHECK(seen.size() == count);
  for (const int times : set) {  // seven standard deviations
    CHECK(times > count / 2 - 500);
    CHECK(times < count / 2 + 500);
  }
}

TEST_CASE("what cannot be an id names no loop") {
  CHECK_FALSE(loop_of(""));
  CHECK_FALSE(loop_of("AAAAAAAAAAAAAAAAAAAAAAA"));
  CHECK_FALSE(loop_of("AAAAAAAAAAAAAAAAAAAAAAAAA"));
  CHECK_FALSE(loop_of("!AAAAAAAAAAAAAAAAAAAAAAA"));
  CHECK_FALSE(loop_of("__AAAAAAAAAAAAAAAAAAAAAA"));
}
