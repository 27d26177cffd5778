// SPDX-License-Identifier: MIT
#include "suites.h"

namespace duplex::conformance {

int run_engine_io(const SuiteOptions& options) {
  Server server(server_options(options));
  eio::EngineOptions engine = engine_options(options);
  engine.path = "/engine.io/";
  engine.ping_interval = 300ms;
  engine.ping_timeout = 200ms;
  engine.max_http_buffer = 1'000'000;
  engine.per_message_deflate.enabled = options.deflate;
  engine.cors.origins = {"*"};
  server.engine(std::move(engine),
                {.on_message = [](eio::Socket& socket, ws::Message message) { socket.send(message); }});
  return serve(server);
}

}  // namespace duplex::conformance
