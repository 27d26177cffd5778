// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "app/bench/options.h"

namespace CLI {
class App;
}

namespace duplex::bench {

/// Adds the flags of `duplex bench` to its verb; they are written to `options` when the command line is parsed.
/// Throws CLI::ValidationError, then or from the verb's callback, for what makes no sense.
void add_options(CLI::App& verb, const std::shared_ptr<Options>& options);

}  // namespace duplex::bench

namespace duplex::app {

/// `duplex bench`: load for any WebSocket or Socket.IO server, and how it took it.
void add_bench(CLI::App& app, int& exit_code);

}  // namespace duplex::app
