// SPDX-License-Identifier: MIT
// Rooms and slow readers: prices are published from a thread of our own, and a reader that cannot keep up gets the
// newest price of each symbol instead of all of them. Subscribe with the text "join AAA", leave with "leave AAA".
//   ticker [port]
#include <duplex/duplex.h>

#include <cstdlib>
#include <iostream>
#include <thread>
using namespace duplex;

int main(int argc, char** argv) {
  Server server({.port = argc > 1 ? std::atoi(argv[1]) : 3000, .host = "127.0.0.1"});
  auto on_message = [](ws::Socket& socket, ws::Message message) {
    const std::string_view text = message.text();
    if (text.starts_with("join "))
      socket.join(text.substr(5));
    else if (text.starts_with("leave "))
      socket.leave(text.substr(6));
    else
      socket.close(1008, "say join or leave");
  };
  auto on_close = [](ws::Socket& socket, ws::Close close) {
    if (socket.dropped() == 0) return;
    std::cout << socket.peer() << " left (" << close.code << "), having missed " << socket.dropped() << " prices\n";
  };
  server.ws("/prices", {.on_message = on_message,
                        .on_close = on_close,
                        .max_message = 1024,
                        .overflow = ws::Overflow::latest_per_key,
                        .hard_limit = 256 * 1024});

  std::jthread market;
  auto trade = [&](const std::stop_token& stop) {  // publish is safe from any thread
    constexpr std::string_view symbols[] = {"AAA", "BBB", "CCC"};
    for (int price = 100; !stop.stop_requested(); ++price) {
      for (std::uint64_t key = 1; const std::string_view symbol : symbols) {
        server.publish(symbol, json::object("symbol", symbol, "price", price).text(), {.key = key++});
      }
      std::this_thread::sleep_for(10ms);
    }
  };
  return run(server, [&] {  // threads are started here, so that signals go to `run` and not to them
    std::cout << "listening on " << server.url() << std::endl;
    market = std::jthread(trade);
  });
}
