// SPDX-License-Identifier: MIT
// The server that `duplex bench` and bench/compare measure, and whose twins are in bench/peers: the least that a
// program needs to echo, or to hand on to everyone. Socket.IO at /socket.io/, 13 bytes
// at /http, raw WebSocket on every other path.
#include <duplex/http.h>
#include <duplex/sio.h>

#include "suites.h"

namespace duplex::conformance {
namespace {

constexpr std::size_t max_message = 16 * 1024 * 1024;
constexpr std::size_t hard_limit = 64 * 1024 * 1024;  // several of the largest may wait
constexpr std::string_view everyone = "everyone";

void serve_socket_io(Server& server, const SuiteOptions& options, bool broadcast, const ws::Compression& compression) {
  sio::Io& io = server.io({.engine = {.max_http_buffer = max_message,
                                      .origins = {"*"},
                                      .http_compression = compression.enabled,
                                      .per_message_deflate = compression,
                                      .hard_limit = hard_limit},
                           .parser = parser_of(options)});
  if (broadcast)
    io.on("m", [&io](json::View value) { io.emit("m", value); });
  else
    io.on("m", [](sio::Socket& socket, json::View value) { socket.emit("m", value); });
}

void serve_websocket(Server& server, bool broadcast, const ws::Compression& compression) {
  ws::Handlers handlers{
      .max_message = max_message, .hard_limit = hard_limit, .compression = compression, .origins = {"*"}};
  if (broadcast) {
    handlers.on_open = [](ws::Socket& socket, const http::Request&) { socket.join(everyone); };
    handlers.on_message = [&server](ws::Socket&, ws::Message message) { server.publish(everyone, message); };
  } else {
    handlers.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); };
  }
  server.ws("/*", std::move(handlers));
}

}  // namespace

int run_bench(const SuiteOptions& options) {
  ServerOptions server_settings = server_options(options);
  server_settings.drain = {.handlers = 0ms, .close_window = 0ms, .hard_stop = 500ms};
  server_settings.http.requests = 1'000'000'000;  // no connection ends while it is measured
  Server server(std::move(server_settings));
  const bool broadcast = options.mode == "broadcast";
  const ws::Compression compression{.enabled = options.deflate, .threshold = 0};
  server.etags(http::Etag::off);  // those that it is compared with make none
  server.get("/http", [](http::Request&, http::Response& res) { res.type("txt").send("Hello, World!"); });
  serve_socket_io(server, options, broadcast, compression);
  serve_websocket(server, broadcast, compression);
  return serve(server);
}

}  // namespace duplex::conformance
