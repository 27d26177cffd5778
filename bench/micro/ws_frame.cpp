// SPDX-License-Identifier: MIT
#include "protocol/ws/frame.h"

#include "protocol/ws/message_encoder.h"
#include "samples.h"

namespace duplex::bench {
namespace {

void frame_header_decode(benchmark::State& state) {
  const std::string frame = masked_frame(ascii(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    benchmark::DoNotOptimize(frame.data());
    auto header = ws::decode_header(as_bytes(frame));
    benchmark::DoNotOptimize(header);
  }
}
BENCHMARK(frame_header_decode)->ArgsProduct({{sizes[0], sizes[1], sizes[2]}});

void frame_encode_server(benchmark::State& state) {
  const std::string text = ascii(static_cast<std::size_t>(state.range(0)));
  Buffer out;
  for (auto _ : state) {
    out.clear();
    ws::encode(out, ws::Opcode::text, as_bytes(text));
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, text.size());
}
BENCHMARK(frame_encode_server)->ArgsProduct({{sizes[0], sizes[1], sizes[2]}});

void frame_encode_client(benchmark::State& state) {
  const std::string text = ascii(static_cast<std::size_t>(state.range(0)));
  Buffer out;
  for (auto _ : state) {
    out.clear();
    ws::encode(out, ws::Opcode::text, as_bytes(text), 0x5fa1307b);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, text.size());
}
BENCHMARK(frame_encode_client)->ArgsProduct({{sizes[0], sizes[1], sizes[2]}});

}  // namespace
}  // namespace duplex::bench
