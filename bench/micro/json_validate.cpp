// SPDX-License-Identifier: MIT
#include "protocol/json/validate.h"

#include <simdjson.h>

#include "samples.h"

namespace duplex::bench {
namespace {

std::string document(std::int64_t size) {
  return size < 100 ? R"(["m","a short text"])" : json_list(static_cast<std::size_t>(size));
}

void json_validate(benchmark::State& state) {
  const std::string text = document(state.range(0));
  bool ok = true;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    ok &= json::validate(text, {.utf8_known = true}) == json::Fault::none;
    benchmark::DoNotOptimize(ok);
  }
  if (!ok) state.SkipWithError("a sample is refused");
  count_bytes(state, text.size());
}
BENCHMARK(json_validate)->ArgsProduct({{20, 200, 1024, 65536}});

void json_validate_long_string(benchmark::State& state) {
  const std::string text = '"' + cjk(static_cast<std::size_t>(state.range(0))) + '"';
  bool ok = true;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    ok &= json::validate(text, {.utf8_known = true}) == json::Fault::none;
    benchmark::DoNotOptimize(ok);
  }
  if (!ok) state.SkipWithError("a sample is refused");
  count_bytes(state, text.size());
}
BENCHMARK(json_validate_long_string)->ArgsProduct({{1024, 65536}});

// What the alternative costs: simdjson's DOM, which validates too (decision 0006).
void json_simdjson_dom(benchmark::State& state) {
  const simdjson::padded_string text(document(state.range(0)));
  simdjson::dom::parser parser;
  bool ok = true;
  for (auto _ : state) {
    auto parsed = parser.parse(text);
    ok &= parsed.error() == simdjson::SUCCESS;
    benchmark::DoNotOptimize(ok);
  }
  if (!ok) state.SkipWithError("a sample is refused");
  count_bytes(state, text.size());
}
BENCHMARK(json_simdjson_dom)->ArgsProduct({{20, 200, 1024, 65536}});

}  // namespace
}  // namespace duplex::bench
