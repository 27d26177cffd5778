// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace duplex::app {

/// `duplex serve`: the demo pages, a raw WebSocket room chat and an echo, on one server.
void add_serve(CLI::App& app, int& exit_code);

}  // namespace duplex::app
