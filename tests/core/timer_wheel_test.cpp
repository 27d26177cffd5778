// SPDX-License-Identifier: MIT
#include "core/timer_wheel.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "support/allocations.h"

using namespace duplex;

TEST_CASE("timers fire on their tick, in order, whatever the distance") {
  for (const TimerWheel::Tick start :
       {TimerWheel::Tick{0}, TimerWheel::Tick{63}, TimerWheel::Tick{4'095}, (TimerWheel::Tick{1} << 36) - 5}) {
    TimerWheel wheel;
    wheel.expire(start, [](std::uint64_t) { FAIL("nothing was armed"); });
    const TimerWheel::Tick delays[] = {1,     2,     62,    63,      64,      65,         127,          128,
                                       4'095, 4'096, 4'097, 262'143, 262'144, 20'000'000, 3'000'000'000};
    for (const auto delay : delays) wheel.add(start + delay, delay);
    for (const auto delay : delays) {
      wheel.expire(start + delay - 1, [](std::uint64_t) { FAIL("too early"); });
      CHECK(wheel.next() <= start + delay);
      int fired = 0;
      wheel.expire(start + delay, [&](std::uint64_t payload) {
        CHECK(payload == delay);
        ++fired;
      });
      CHECK(fired == 1);
    }
    CHECK(wheel.next() == TimerWheel::never);
    CHECK(wheel.size() == 0);
  }
}

TEST_CASE("a wheel agrees with a sorted list over a hundred thousand random steps") {
  TimerWheel wheel;
  std::multimap<TimerWheel::Tick, std::uint64_t> model;
  std::map<std::uint64_t, std::uint32_t> armed;  // payload -> timer
  std::mt19937_64 random(42);
  TimerWheel::Tick now = 1'000'000;
  wheel.expire(now, [](std::uint64_t) {});
  std::uint64_t next_payload = 1;
  for (int step = 0; step < 100'000; ++step) {
    const auto choice = random() % 10;
    if (choice < 5) {
      const auto delay = 1 + random() % (TimerWheel::Tick{1} << random() % 28);
      armed[next_payload] = wheel.add(now + delay, next_payload);
      model.emplace(now + delay, next_payload++);
    } else if (choice < 7 && !armed.empty()) {
      auto victim = armed.lower_bound(random() % next_payload);
      if (victim == armed.end()) victim = armed.begin();
      CHECK(wheel.cancel(victim->second) == victim->first);
      std::erase_if(model, [&](const auto& m) { return m.second == victim->first; });
      armed.erase(victim);
    } else {
      now += random() % (TimerWheel::Tick{1} << random() % 20);
      std::multiset<std::uint64_t> due, fired;
      while (!model.empty() && model.begin()->first <= now) {
        due.insert(model.begin()->second);
        armed.erase(model.begin()->second);
        model.erase(model.begin());
      }
      wheel.expire(now, [&](std::uint64_t payload) { fired.insert(payload); });
      REQUIRE(fired == due);
    }
    if (model.size() > 200) {
      now = std::prev(model.end())->first;
      wheel.expire(now, [](std::uint64_t) {});
      model.clear();
      armed.clear();
    }
    REQUIRE(wheel.size() == model.size());
    if (!model.empty()) REQUIRE(wheel.next() <= model.begin()->first);
  }
}

TEST_CASE("a handler may arm and cancel timers while the wheel turns, and a delay of nothing waits for the next tick") {
  TimerWheel wheel;
  int fired = 0;
  const auto victim = wheel.stamp(wheel.add(5, 99));
  wheel.add(5, 1);
  wheel.expire(4, [](std::uint64_t) {});
  wheel.cancel_stamped(victim);
  wheel.add(5, 2);
  wheel.expire(5, [&](std::uint64_t payload) {
    ++fired;
    if (payload < 10) wheel.add(0, payload + 10);
  });
  CHECK(fired == 2);
  CHECK(wheel.next() == 6);
  wheel.expire(6, [&](std::uint64_t) { ++fired; });
  CHECK(fired == 4);
}

TEST_CASE("a stale stamp cancels nothing") {
  TimerWheel wheel;
  const auto timer = wheel.add(5, 1);
  const auto stamp = wheel.stamp(timer);
  wheel.expire(5, [](std::uint64_t) {});
  CHECK(wheel.add(9, 2) == timer);  // the same place
  CHECK_FALSE(wheel.cancel_stamped(stamp));
  CHECK_FALSE(wheel.cancel_stamped(0));
  CHECK(wheel.size() == 1);
}

TEST_CASE("a warm wheel allocates nothing") {
  TimerWheel wheel;
  for (int i = 0; i < 100; ++i) wheel.add(static_cast<TimerWheel::Tick>(i), 0);
  wheel.expire(1'000, [](std::uint64_t) {});
  CHECK(duplex::testing::allocations_during([&] {
          for (int i = 0; i < 100; ++i) wheel.add(2'000, 0);
          wheel.expire(3'000, [](std::uint64_t) {});
        }) == 0);
}
