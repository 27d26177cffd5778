// SPDX-License-Identifier: MIT
// The packets of sio_packet.cpp by the msgpack parser, for comparison.
#include <duplex/sio_event.h>
#include <duplex/sio_parser.h>

#include "protocol/sio/packet.h"
#include "samples.h"

namespace duplex::bench {
namespace {

std::string msgpack_of(const sio::Packet& packet) {
  std::string bytes;
  sio::msgpack_parser()->encode(packet, {}, bytes);
  return bytes;
}

void decode(benchmark::State& state, const sio::Packet& packet) {
  const std::string bytes = msgpack_of(packet);
  const auto parser = sio::msgpack_parser();
  sio::Parsed parsed;
  bool ok = true;
  for (auto _ : state) {
    benchmark::DoNotOptimize(bytes);
    ok &= !parser->decode(ws::Message(std::as_bytes(std::span(bytes))), {}, parsed);
    ok &= !sio::check(parsed.packet, {}, parsed.is_valid);
    benchmark::DoNotOptimize(parsed.packet);
  }
  if (!ok) state.SkipWithError("a sample is refused");
  count_bytes(state, bytes.size());
}
const sio::Packet echo = {sio::PacketType::event, 0, "/", std::nullopt, R"(["m","twenty bytes of text"])"};
const sio::Packet chat = {sio::PacketType::event, 0, "/chat", 12,
                          R"(["say","lobby",{"text":"hello everybody","n":[1,2,3],"to":null}])"};
BENCHMARK_CAPTURE(decode, echo, echo)->Name("sio_msgpack_decode_echo");
BENCHMARK_CAPTURE(decode, chat, chat)->Name("sio_msgpack_decode_chat");

void sio_msgpack_decode_4k(benchmark::State& state) {
  const std::string payload = "[\"m\"," + json_list(4096) + "]";
  decode(state, {sio::PacketType::event, 0, "/", std::nullopt, payload});
}
BENCHMARK(sio_msgpack_decode_4k);

void sio_msgpack_encode_event(benchmark::State& state) {
  const auto parser = sio::msgpack_parser();
  std::string out;
  for (auto _ : state) {
    out.clear();
    sio::detail::Encoded event("say", "lobby", 12, true);
    parser->encode({sio::PacketType::event, 0, "/", std::nullopt, event.view().json}, {}, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(sio_msgpack_encode_event);

void sio_msgpack_encode_relay(benchmark::State& state) {
  const auto parser = sio::msgpack_parser();
  const std::string argument = json_list(static_cast<std::size_t>(state.range(0)));
  std::string out;
  for (auto _ : state) {
    out.clear();
    sio::detail::Encoded event("m", json::View(argument));
    parser->encode({sio::PacketType::event, 0, "/", std::nullopt, event.view().json}, {}, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, argument.size());
}
BENCHMARK(sio_msgpack_encode_relay)->ArgsProduct({{100, 4096}});

}  // namespace
}  // namespace duplex::bench
