// SPDX-License-Identifier: MIT
#include "core/recycled.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/allocations.h"

using namespace duplex;

namespace {
struct Thing {
  explicit Thing(int its_number) : number(its_number) {}
  int number;
  char more[100] = {};
};
std::shared_ptr<Thing> make(int number) { return std::allocate_shared<Thing>(Recycled<Thing>(), number); }
}  // namespace

TEST_CASE("what was let go of is used again: no allocation once as many have lived at once") {
  { const auto one = make(1), two = make(2); }
  CHECK(testing::allocations_during([] {
          for (int i = 0; i < 100; ++i) {
            const auto one = make(i), two = make(-i);
            CHECK(one->number == -two->number);
          }
        }) == 0);
}

TEST_CASE("only a few are kept, and all of them can be let go of on another thread") {
  std::vector<std::shared_ptr<Thing>> many;
  for (int i = 0; i < 500; ++i) many.push_back(make(i));
  std::thread([many = std::move(many)]() mutable { many.clear(); }).join();
  CHECK(make(7)->number == 7);
}
