// SPDX-License-Identifier: MIT
#include "suites.h"

namespace duplex::conformance {

int run_autobahn(const SuiteOptions& options) {
  Server server(server_options(options));
  server.ws("/*", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); },
                   .max_message = 64 * 1024 * 1024,
                   .hard_limit = 256 * 1024 * 1024,
                   .compression = {.enabled = true, .peer_context_takeover = true, .threshold = 0},
                   .origins = {"*"}});
  return serve(server);
}

}  // namespace duplex::conformance
