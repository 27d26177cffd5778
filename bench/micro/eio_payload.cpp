// SPDX-License-Identifier: MIT
#include "protocol/eio/payload.h"

#include "samples.h"

namespace duplex::bench {
namespace {

constexpr std::string_view event = R"(2["say","lobby",{"text":"hello everybody"}])";

void payload_read(benchmark::State& state) {
  const auto packets = static_cast<std::size_t>(state.range(0));
  Buffer payload;
  for (std::size_t i = 0; i < packets; ++i)
    eio::append_packet(payload, {eio::PacketType::message, eio::Encoding::text, event});
  std::size_t seen = 0;
  for (auto _ : state) {
    eio::PayloadReader reader(payload.text());
    while (auto packet = reader.next()) {
      benchmark::DoNotOptimize(packet->data.data());
      ++seen;
    }
  }
  if (seen != packets * static_cast<std::size_t>(state.iterations())) state.SkipWithError("not every packet came");
  count_items(state, packets);
}
BENCHMARK(payload_read)->ArgsProduct({{1, 16}});

void payload_append(benchmark::State& state) {
  const auto packets = static_cast<std::size_t>(state.range(0));
  Buffer payload;
  for (auto _ : state) {
    payload.clear();
    for (std::size_t i = 0; i < packets; ++i)
      eio::append_packet(payload, {eio::PacketType::message, eio::Encoding::text, event});
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
  count_items(state, packets);
}
BENCHMARK(payload_append)->ArgsProduct({{1, 16}});

void payload_append_binary(benchmark::State& state) {
  const std::string bytes = ascii(static_cast<std::size_t>(state.range(0)));
  Buffer payload;
  for (auto _ : state) {
    payload.clear();
    eio::append_packet(payload, {eio::PacketType::message, eio::Encoding::binary, bytes});
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, bytes.size());
}
BENCHMARK(payload_append_binary)->ArgsProduct({{sizes[1], sizes[2]}});

}  // namespace
}  // namespace duplex::bench
