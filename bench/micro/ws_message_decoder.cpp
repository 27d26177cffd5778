// SPDX-License-Identifier: MIT
#include "protocol/ws/message_decoder.h"

#include "samples.h"

namespace duplex::bench {
namespace {

// So many frames come in one read: what deep pipelining does.
void decode(benchmark::State& state, std::string read, std::size_t messages) {
  const ws::DecoderLimits limits;
  ws::MessageDecoder decoder(ws::Role::server, limits);
  std::size_t seen = 0;
  for (auto _ : state) {
    decoder.feed(writable(read));
    while (auto incoming = decoder.next()) {
      benchmark::DoNotOptimize(incoming->payload.data());
      ++seen;
    }
  }
  if (seen != messages * static_cast<std::size_t>(state.iterations())) state.SkipWithError("not every message came");
  count_items(state, messages);
}

void decode_small(benchmark::State& state) {
  const auto messages = static_cast<std::size_t>(state.range(0));
  std::string read;
  for (std::size_t i = 0; i < messages; ++i) read += masked_frame(ascii(20), state.range(1) != 0 ? 1 : 2);
  decode(state, std::move(read), messages);
}
BENCHMARK(decode_small)->ArgNames({"frames", "text"})->Args({1, 1})->Args({256, 1})->Args({256, 0});

void decode_1k(benchmark::State& state) { decode(state, masked_frame(ascii(1024)), 1); }
BENCHMARK(decode_1k);
void decode_64k_binary(benchmark::State& state) { decode(state, masked_frame(ascii(65536), 2), 1); }
BENCHMARK(decode_64k_binary);
void decode_64k_cjk(benchmark::State& state) { decode(state, masked_frame(cjk(65536)), 1); }
BENCHMARK(decode_64k_cjk);

// The same 20 bytes in two fragments: assembled, so copied.
void decode_fragmented(benchmark::State& state) {
  std::string first = masked_frame(ascii(10)), second = masked_frame(ascii(10), 0);
  first[0] = 0x01;
  decode(state, first + second, 1);
}
BENCHMARK(decode_fragmented);

}  // namespace
}  // namespace duplex::bench
