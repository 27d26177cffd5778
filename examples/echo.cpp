// SPDX-License-Identifier: MIT
// An echo server at ws://localhost:9001/echo, for any WebSocket client.
#include <duplex/duplex.h>
using namespace duplex;

int main() {
  Server server({.port = 9001});
  server.ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
  return run(server);  // serves until SIGINT/SIGTERM, drains, returns an exit code
}
