// SPDX-License-Identifier: MIT
#include "protocol/http/head.h"

#include "samples.h"

namespace duplex::bench {
namespace {

constexpr std::string_view browser_upgrade =
    "GET /chat HTTP/1.1\r\n"
    "Host: localhost:3000\r\n"
    "Connection: Upgrade\r\n"
    "Pragma: no-cache\r\n"
    "Cache-Control: no-cache\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36\r\n"
    "Upgrade: websocket\r\n"
    "Origin: http://localhost:3000\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Cookie: sid=31d4d96e407aad42; theme=dark\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "\r\n";

constexpr std::string_view poll =
    "GET /socket.io/?EIO=4&transport=polling&t=OxyzAbc&sid=lv_VI97HAXpY6yYWAAAC HTTP/1.1\r\n"
    "Host: localhost:3000\r\n"
    "Accept: */*\r\n"
    "Connection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36\r\n"
    "Referer: http://localhost:3000/\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "\r\n";

constexpr std::string_view least = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

void parse(benchmark::State& state, std::string_view request) {
  http::Head head;
  const http::HeadLimits limits;
  bool done = true;
  for (auto _ : state) {
    benchmark::DoNotOptimize(request);
    http::HeadParser parser;
    done &= parser.parse(as_bytes(request), limits, head).progress == http::Progress::done;
    benchmark::DoNotOptimize(head);
  }
  if (!done) state.SkipWithError("a sample is refused");
  count_bytes(state, request.size());
}
BENCHMARK_CAPTURE(parse, browser_upgrade, browser_upgrade)->Name("http_head_browser_upgrade");
BENCHMARK_CAPTURE(parse, poll, poll)->Name("http_head_socketio_poll");
BENCHMARK_CAPTURE(parse, least, least)->Name("http_head_least");

}  // namespace
}  // namespace duplex::bench
