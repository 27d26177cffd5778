// SPDX-License-Identifier: MIT
#include "protocol/ws/deflate.h"

#include "protocol/ws/deflate_contexts.h"
#include "samples.h"

namespace duplex::bench {
namespace {

constexpr std::int64_t json_sizes[] = {200, 1024, 4096};

// Messages of one kind: the same again and again would be too easy for whoever remembers.
std::vector<std::string> messages(std::int64_t size) {
  std::vector<std::string> all;
  for (int i = 0; i < 64; ++i) all.push_back(json_list(static_cast<std::size_t>(size), i * 131));
  return all;
}

template <class Compress>
void deflate(benchmark::State& state, Compress compress) {
  const auto all = messages(state.range(0));
  std::size_t at = 0, compressed = 0;
  for (auto _ : state) {
    compressed += compress(as_bytes(all[at++ % all.size()])).size();
    benchmark::DoNotOptimize(compressed);
  }
  state.counters["compressed"] = static_cast<double>(compressed) / static_cast<double>(state.iterations());
  count_bytes(state, all.front().size());
}

// The loop's compressor: no context from one message to the next.
void deflate_shared(benchmark::State& state) {
  ws::DeflateContexts contexts;
  deflate(state, [&](ConstBytes message) { return contexts.compress({.window_bits = 12}, message); });
}
BENCHMARK(deflate_shared)->ArgsProduct({{json_sizes[0], json_sizes[1], json_sizes[2]}});

// A compressor of the connection's own, which knows the messages before.
void deflate_own(benchmark::State& state) {
  ws::DeflateContexts contexts;
  ws::Deflater own({.window_bits = 12});
  deflate(state, [&](ConstBytes message) { return contexts.compress(own, message); });
}
BENCHMARK(deflate_own)->ArgsProduct({{json_sizes[0], json_sizes[1], json_sizes[2]}});

void inflate_shared(benchmark::State& state) {
  const std::string message = json_list(static_cast<std::size_t>(state.range(0)));
  ws::DeflateContexts contexts;
  const ConstBytes made = contexts.compress({.window_bits = 12}, as_bytes(message));
  const std::string compressed(as_text(made));
  for (auto _ : state) {
    auto inflater = contexts.take_inflater(12);
    Buffer out = contexts.take_buffer();
    std::size_t charged = 0;
    const ws::Inflater::Sink sink{out, 1'000'000, nullptr, charged};
    if (inflater->inflate(sink, as_bytes(compressed)) != ws::Errc::ok || inflater->finish(sink) != ws::Errc::ok)
      state.SkipWithError("it does not inflate");
    benchmark::DoNotOptimize(out.data());
    contexts.give_back(std::move(out));
    contexts.give_back(std::move(inflater));
  }
  count_bytes(state, message.size());
}
BENCHMARK(inflate_shared)->ArgsProduct({{json_sizes[0], json_sizes[1], json_sizes[2]}});

}  // namespace
}  // namespace duplex::bench
