// SPDX-License-Identifier: MIT
#include "net/spin.h"

#include <doctest/doctest.h>

#include "net/support.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

/// A loop that waits: how long it looked in vain, and how long in all, if the next event comes `gap` after it had
/// nothing to do. Being woken takes 30 µs.
struct Waiter {
  Spin spin{50us};
  std::chrono::nanoseconds looked{0};
  int hits = 0, misses = 0, sleeps = 0;

  void wait(std::chrono::nanoseconds gap, std::uint64_t peer = 1) {
    spin.heard(peer);
    const auto limit = spin.next();
    if (limit >= gap && limit > 0ns) {
      ++hits;
      looked += gap;
      return spin.found(gap);
    }
    if (limit > 0ns) {
      ++misses;
      looked += limit;
      spin.missed();
    }
    ++sleeps;
    spin.slept(gap + 30us);
  }
};

}  // namespace

TEST_CASE("a loop that events reach every 15 µs looks for them instead of sleeping") {
  Waiter loop;
  for (int i = 0; i < 1000; ++i) loop.wait(15us);
  CHECK(loop.hits >= 999);
}

TEST_CASE("a loop that events reach every 100 µs, 1 ms or 10 s sleeps") {
  for (const std::chrono::nanoseconds gap : {100us, 1'000us, 10'000'000us}) {
    Waiter loop;
    for (int i = 0; i < 1000; ++i) loop.wait(gap);
    CHECK(loop.looked == 0ns);
  }
}

TEST_CASE("looking in vain is given up the sooner the more often it happens, and begun again when events come fast") {
  Waiter loop;
  for (int i = 0; i < 20'000; ++i) loop.wait(60us);  // just too late, and near enough to hope
  CHECK(loop.misses > 0);
  CHECK(loop.misses < 40);
  for (int i = 0; i < 3000; ++i) loop.wait(15us);
  CHECK(loop.hits > 900);
}

TEST_CASE("after a pause, a few fast events are enough to begin to look again") {
  Waiter loop;
  for (int i = 0; i < 100; ++i) loop.wait(15us);
  loop.wait(10s);
  const int before = loop.hits;
  for (int i = 0; i < 10; ++i) loop.wait(15us);
  CHECK(loop.hits >= before + 5);
}

TEST_CASE("a loop looks for what few peers say, and sleeps where events come fast from ever others") {
  Waiter few, many;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    few.wait(15us, i % Spin::few);
    many.wait(15us, i % 100);
  }
  CHECK(few.hits >= 980);
  CHECK(many.hits <= 10);
  // Two of the many are left over, then a stranger comes now and then.
  const int before = many.hits;
  for (std::uint64_t i = 0; i < 1000; ++i) many.wait(15us, i % 10 == 9 ? 1000 + i : i % 2);
  CHECK(many.hits >= before + 950);
}

TEST_CASE("one event now and then is not a crowd because many came at once before") {
  Waiter loop;
  for (int i = 0; i < 1000; ++i) loop.spin.heard_many();
  CHECK(loop.spin.next() == 0ns);
  for (int i = 0; i < 20; ++i) loop.wait(15us);
  CHECK(loop.hits >= 10);
}

TEST_CASE("a limit of 0 never looks") {
  Spin spin(0us);
  for (int i = 0; i < 100; ++i) {
    CHECK(spin.next() == 0ns);
    spin.slept(1us);
  }
}
