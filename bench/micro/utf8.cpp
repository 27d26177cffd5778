// SPDX-License-Identifier: MIT
#include "core/utf8.h"

#include "samples.h"

namespace duplex::bench {
namespace {

void validate(benchmark::State& state, const std::string& text) {
  bool valid = true;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    valid &= is_valid_utf8(as_bytes(text));
    benchmark::DoNotOptimize(valid);
  }
  if (!valid) state.SkipWithError("a sample is not UTF-8");
  count_bytes(state, text.size());
}

void utf8_ascii(benchmark::State& state) { validate(state, ascii(static_cast<std::size_t>(state.range(0)))); }
BENCHMARK(utf8_ascii)->ArgsProduct({{sizes[0], 125, sizes[1], sizes[2]}});

void utf8_cjk(benchmark::State& state) { validate(state, cjk(static_cast<std::size_t>(state.range(0)))); }
BENCHMARK(utf8_cjk)->ArgsProduct({{sizes[0], 125, sizes[1], sizes[2]}});

// A name with an accent in a long English text.
void utf8_one_accent(benchmark::State& state) {
  std::string text = ascii(static_cast<std::size_t>(state.range(0)));
  text.replace(text.size() / 2, 2, "é");
  validate(state, text);
}
BENCHMARK(utf8_one_accent)->ArgsProduct({{sizes[0], 125, sizes[1], sizes[2]}});

}  // namespace
}  // namespace duplex::bench
