// SPDX-License-Identifier: MIT
#include "core/deadlines.h"

#include <memory>

#include "samples.h"

namespace duplex::bench {
namespace {

// A connection's deadline is put off, among so many others.
void deadline_put_off(benchmark::State& state) {
  const auto groups = static_cast<std::size_t>(state.range(0)) / Deadlines::most + 1;
  const auto deadlines = std::make_unique<Deadlines[]>(groups);
  std::size_t at = 0;
  for (auto _ : state) {
    deadlines[at / Deadlines::most].set(at % Deadlines::most, static_cast<Deadlines::Time>(at));
    if (++at == groups * Deadlines::most) at = 0;
  }
  benchmark::DoNotOptimize(deadlines[0]);
}
BENCHMARK(deadline_put_off)->ArgsProduct({{1, 10'000, 1'000'000}});

// A group's timer comes: all 64 are looked at, and one of them is due. Among so many connections.
void deadlines_expire(benchmark::State& state) {
  const auto groups = static_cast<std::size_t>(state.range(0)) / Deadlines::most + 1;
  const auto deadlines = std::make_unique<Deadlines[]>(groups);
  for (std::size_t i = 0; i < groups * Deadlines::most; ++i)
    deadlines[i / Deadlines::most].set(i % Deadlines::most, static_cast<Deadlines::Time>(i * 7919 % Deadlines::most));
  std::size_t at = 0;
  Deadlines::Time now = 0;
  for (auto _ : state) {
    Deadlines& group = deadlines[at];
    benchmark::DoNotOptimize(group.expire(now));
    while (const auto who = group.take_due()) group.set(*who, now + Deadlines::most);
    if (++at == groups) {
      at = 0;
      ++now;
    }
  }
}
BENCHMARK(deadlines_expire)->ArgsProduct({{64, 10'000, 1'000'000}});

}  // namespace
}  // namespace duplex::bench
