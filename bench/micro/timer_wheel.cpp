// SPDX-License-Identifier: MIT
#include "core/timer_wheel.h"

#include "samples.h"

namespace duplex::bench {
namespace {

// A connection's deadline is put off: cancelled and armed again, among so many others.
void timer_put_off(benchmark::State& state) {
  TimerWheel wheel;
  std::vector<std::uint32_t> timers;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    timers.push_back(wheel.add(static_cast<TimerWheel::Tick>(60'000 + i % 1000), static_cast<std::uint64_t>(i)));
  std::size_t at = 0;
  for (auto _ : state) {
    wheel.cancel(timers[at]);
    timers[at] = wheel.add(60'000 + at % 1000, at);
    if (++at == timers.size()) at = 0;
  }
}
BENCHMARK(timer_put_off)->ArgsProduct({{1, 10'000, 1'000'000}});

// From being armed to falling due 30 s later, levels in between included.
void timer_expire(benchmark::State& state) {
  TimerWheel wheel;
  TimerWheel::Tick now = 0;
  std::size_t fired = 0;
  for (auto _ : state) {
    wheel.add(now + 30'000, now);
    wheel.expire(++now, [&fired](std::uint64_t) { ++fired; });
  }
  benchmark::DoNotOptimize(fired);
}
BENCHMARK(timer_expire);

// Each turn asks.
void timer_next(benchmark::State& state) {
  TimerWheel wheel;
  for (std::int64_t i = 0; i < state.range(0); ++i) wheel.add(static_cast<TimerWheel::Tick>(25'000 + i % 5000), 0);
  for (auto _ : state) {
    auto next = wheel.next();
    benchmark::DoNotOptimize(next);
  }
}
BENCHMARK(timer_next)->ArgsProduct({{10'000}});

}  // namespace
}  // namespace duplex::bench
