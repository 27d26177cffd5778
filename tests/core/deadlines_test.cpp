// SPDX-License-Identifier: MIT
#include "core/deadlines.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace duplex;

namespace {

std::set<unsigned> take_all(Deadlines& deadlines) {
  std::set<unsigned> taken;
  while (const auto who = deadlines.take_due()) CHECK(taken.insert(*who).second);
  return taken;
}

}  // namespace

TEST_CASE("deadlines fall due at their time, and the earliest of the others is told") {
  Deadlines deadlines;
  CHECK_FALSE(deadlines.expire(1000));
  deadlines.set(0, 10);
  deadlines.set(63, 10);
  deadlines.set(7, 12);
  CHECK(deadlines.expire(9) == 10u);
  CHECK(take_all(deadlines).empty());
  CHECK(deadlines.expire(10) == 12u);
  CHECK(take_all(deadlines) == std::set<unsigned>{0, 63});
  deadlines.set(7, 20);  // put off
  CHECK(deadlines.expire(12) == 20u);
  CHECK(take_all(deadlines).empty());
  CHECK_FALSE(deadlines.expire(25));
  CHECK(take_all(deadlines) == std::set<unsigned>{7});
}

TEST_CASE("a deadline that is due and not yet taken can be cleared or put off") {
  Deadlines deadlines;
  for (unsigned who = 0; who < 3; ++who) deadlines.set(who, 10);
  CHECK_FALSE(deadlines.expire(10));
  CHECK(deadlines.take_due() == 0u);
  deadlines.clear(1);
  deadlines.set(2, 11);
  CHECK(take_all(deadlines).empty());
  CHECK_FALSE(deadlines.expire(11));
  CHECK(take_all(deadlines) == std::set<unsigned>{2});
}

TEST_CASE("deadlines agree with a map over many random steps, while their clock wraps") {
  std::mt19937 random(11);
  Deadlines deadlines;
  std::map<unsigned, std::uint64_t> model;
  std::uint64_t now = (std::uint64_t{1} << 32) - 50'000;
  while (now < (std::uint64_t{1} << 32) + 50'000) {
    const unsigned who = random() % Deadlines::most;
    if (random() % 4 != 0) {
      model[who] = now + 1 + random() % 300;
      deadlines.set(who, static_cast<Deadlines::Time>(model[who]));
    } else {
      model.erase(who);
      deadlines.clear(who);
    }
    now += random() % 20;
    std::set<unsigned> due;
    for (const auto& [each, when] : model)
      if (when <= now) due.insert(each);
    for (const unsigned each : due) model.erase(each);
    std::optional<Deadlines::Time> next;
    if (!model.empty())
      next = static_cast<Deadlines::Time>(
          std::ranges::min_element(model, {}, [](const auto& each) { return each.second; })->second);
    REQUIRE(deadlines.expire(static_cast<Deadlines::Time>(now)) == next);
    REQUIRE(take_all(deadlines) == due);
  }
}
