// SPDX-License-Identifier: MIT
#include "app/bench/schedule.h"

#include <doctest/doctest.h>

using duplex::bench::Schedule;

TEST_CASE("messages are due at a fixed rate, round robin over the senders") {
  const Schedule schedule(1000, 3, 5'000'000);
  CHECK(schedule.intended(0) == 5'000'000);
  CHECK(schedule.intended(1) == 6'000'000);
  CHECK(schedule.sender_of(0) == 0);
  CHECK(schedule.sender_of(5) == 2);
  CHECK(schedule.intended(2, 1) == schedule.intended(5));  // the second one of the third sender
}

TEST_CASE("rates that do not divide a second do not drift") {
  const Schedule schedule(3, 1, 0);
  CHECK(schedule.intended(3'000'000) == doctest::Approx(1e15).epsilon(1e-12));
}
