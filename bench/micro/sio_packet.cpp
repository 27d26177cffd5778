// SPDX-License-Identifier: MIT
#include "protocol/sio/packet.h"

#include <duplex/sio_event.h>

#include "protocol/sio/encode.h"
#include "protocol/sio/event.h"
#include "samples.h"

namespace duplex::bench {
namespace {

constexpr std::string_view echo = R"(2["m","twenty bytes of text"])";
constexpr std::string_view chat = R"(2/chat,12["say","lobby",{"text":"hello everybody","n":[1,2,3],"to":null}])";

void decode(benchmark::State& state, std::string_view text) {
  bool ok = true;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    auto packet = sio::decode(text, {.utf8_known = true});
    ok &= packet.has_value();
    benchmark::DoNotOptimize(packet);
  }
  if (!ok) state.SkipWithError("a sample is refused");
  count_bytes(state, text.size());
}
BENCHMARK_CAPTURE(decode, echo, echo)->Name("sio_decode_echo");
BENCHMARK_CAPTURE(decode, chat, chat)->Name("sio_decode_chat");

void sio_decode_4k(benchmark::State& state) { decode(state, "2[\"m\"," + json_list(4096) + "]"); }
BENCHMARK(sio_decode_4k);

void sio_split_event(benchmark::State& state) {
  const std::string_view payload = R"(["say","lobby",{"text":"hello everybody"}])";
  json::Scratch scratch;
  for (auto _ : state) {
    benchmark::DoNotOptimize(payload);
    scratch.clear();
    auto parts = sio::split_event(payload, scratch);
    benchmark::DoNotOptimize(parts);
  }
}
BENCHMARK(sio_split_event);

// An event from values, as `socket.emit("say", "lobby", 12, true)` writes it.
void sio_encode_event(benchmark::State& state) {
  Buffer out;
  for (auto _ : state) {
    out.clear();
    sio::detail::Encoded event("say", "lobby", 12, true);
    sio::encode(out, {.type = sio::PacketType::event, .id = {}, .payload = event.view().json});
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(sio_encode_event);

// The same with an argument that is passed on as it came.
void sio_encode_relay(benchmark::State& state) {
  const std::string argument = json_list(static_cast<std::size_t>(state.range(0)));
  Buffer out;
  for (auto _ : state) {
    out.clear();
    sio::detail::Encoded event("m", json::View(argument));
    sio::encode(out, {.type = sio::PacketType::event, .id = {}, .payload = event.view().json});
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, argument.size());
}
BENCHMARK(sio_encode_relay)->ArgsProduct({{100, 4096}});

// From the arguments' text to the parameters of a lambda.
void sio_bind(benchmark::State& state) {
  std::size_t sum = 0;
  auto handler = sio::bind([&sum](std::string_view room, int n, json::View rest) {
    sum += room.size() + static_cast<std::size_t>(n) + rest.text().size();
  });
  json::Scratch scratch;
  for (auto _ : state) {
    scratch.clear();
    sio::Arrival in{nullptr, R"("lobby",42,{"text":"hello everybody"})", {}, scratch};
    if (handler(in)) state.SkipWithError("an argument is refused");
  }
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(sio_bind);

}  // namespace
}  // namespace duplex::bench
