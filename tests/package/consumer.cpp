// SPDX-License-Identifier: MIT
// A program of somebody else's, built against the installed package: an echo and a Socket.IO event.
#include <duplex/duplex.h>

#include <iostream>

using namespace duplex;

int main() {
  Server server({.host = "127.0.0.1", .log_level = LogLevel::warning});
  server.ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  server.io().on("sum", [](sio::Socket&, int a, int b) { return a + b; });
  return run(server, [&server] { std::cout << "listening on " << server.url() << std::endl; });
}
