// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace duplex::app {

class Configuration;
struct ServeOptions;

/// `duplex serve`: the demo pages, a Socket.IO chat, a raw WebSocket room chat and an echo, on one server.
void add_serve(CLI::App& app, const std::unique_ptr<Configuration>& configuration, int& exit_code);

/// The options of `duplex serve`, for a verb that takes the same ones.
std::shared_ptr<const ServeOptions> add_serve_options(CLI::App* verb);
/// Why `duplex serve` could not start with these, in words; empty if it could (its port aside).
std::string fault_of(const ServeOptions& options);

}  // namespace duplex::app
