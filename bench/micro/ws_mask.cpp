// SPDX-License-Identifier: MIT
#include "protocol/ws/mask.h"

#include "samples.h"

namespace duplex::bench {
namespace {

void mask_in_place(benchmark::State& state) {
  std::string text = ascii(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    ws::apply_mask(writable(text), 0x5fa1307b);
    benchmark::DoNotOptimize(text.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, text.size());
}
BENCHMARK(mask_in_place)->ArgsProduct({{sizes[0], 125, sizes[1], sizes[2]}});

void mask_while_copying(benchmark::State& state) {
  const std::string text = ascii(static_cast<std::size_t>(state.range(0)));
  std::string to(text.size(), '\0');
  for (auto _ : state) {
    ws::copy_masked(writable(to).data(), as_bytes(text), 0x5fa1307b);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, text.size());
}
BENCHMARK(mask_while_copying)->ArgsProduct({{sizes[0], sizes[1], sizes[2]}});

}  // namespace
}  // namespace duplex::bench
