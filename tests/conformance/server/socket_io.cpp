// SPDX-License-Identifier: MIT
// The server that the Socket.IO protocol suite tests.
#include <duplex/sio.h>

#include "suites.h"

namespace duplex::conformance {

int run_socket_io(const SuiteOptions& options) {
  Server server(server_options(options));
  sio::Io& io = server.io({.engine = {.ping_interval = 300ms,
                                      .ping_timeout = 200ms,
                                      .max_http_buffer = 1'000'000,
                                      .cors = {.origins = {"*"}}},
                           .connect_timeout = 1000ms,
                           .parser = parser_of(options)});
  // The suite's client loses what comes in the same read as CONNECT, even from the reference: so `auth` comes a little
  // later.
  const auto greet = [&loop = server.loop()](sio::Socket& socket) {
    loop.after(10ms, [handle = socket.handle()] {
      handle.with([](sio::Socket& later) { later.emit("auth", later.handshake().auth()); });
    });
  };
  io.on_connect(greet);
  io.of("/custom").on_connect(greet);
  io.on("message", [](sio::Socket& socket, sio::Rest arguments) { socket.emit("message-back", arguments); });
  io.on("message-with-ack", [](sio::Rest arguments, sio::Ack ack) { ack(arguments); });
  return serve(server);
}

}  // namespace duplex::conformance
