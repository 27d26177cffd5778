// SPDX-License-Identifier: MIT
#include "core/inbox.h"

#include "samples.h"

namespace duplex::bench {
namespace {

// One message to a loop that is awake, and its part of being taken out with so many others.
void inbox_post_and_drain(benchmark::State& state) {
  Inbox* inbox = Inbox::claim();
  std::size_t ran = 0;
  const auto batch = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    for (std::size_t i = 0; i < batch; ++i) Inbox::post(inbox->slot(), [&ran] { ++ran; });
    inbox->drain();
  }
  if (ran != batch * static_cast<std::size_t>(state.iterations())) state.SkipWithError("not every message ran");
  count_items(state, batch);
  inbox->release();
}
BENCHMARK(inbox_post_and_drain)->ArgsProduct({{1, 64}});

// To a loop that sleeps: the eventfd is written.
void inbox_wake(benchmark::State& state) {
  Inbox* inbox = Inbox::claim();
  for (auto _ : state) {
    inbox->may_sleep();
    Inbox::post(inbox->slot(), [] {});
    inbox->woken();
    inbox->drain();
  }
  inbox->release();
}
BENCHMARK(inbox_wake);

}  // namespace
}  // namespace duplex::bench
