// SPDX-License-Identifier: MIT
#include "core/one_or_more.h"

#include <doctest/doctest.h>

#include "support/allocations.h"

using namespace duplex;

namespace {
std::vector<int*> list(const OneOrMore<int>& pointers) { return {pointers.begin(), pointers.end()}; }
}  // namespace

TEST_CASE("one pointer is held without an allocation, more are held in order") {
  int a = 1, b = 2, c = 3;
  OneOrMore<int> pointers;
  CHECK(pointers.empty());
  CHECK(testing::allocations_during([&] { pointers.push_back(&a); }) == 0);
  CHECK(list(pointers) == std::vector{&a});
  pointers.erase(&b);
  CHECK(pointers.size() == 1);
  pointers.push_back(&b);
  pointers.push_back(&c);
  CHECK(list(pointers) == std::vector{&a, &b, &c});
  pointers.erase(&a);
  CHECK(list(pointers) == std::vector{&b, &c});
  pointers.erase(&b);
  pointers.erase(&c);
  CHECK(pointers.empty());
  pointers.push_back(&a);
  CHECK(list(pointers) == std::vector{&a});
}

TEST_CASE("the only pointer may go and come again") {
  int a = 1;
  OneOrMore<int> pointers;
  pointers.push_back(&a);
  pointers.erase(&a);
  CHECK(pointers.empty());
  CHECK(list(pointers).empty());
}
