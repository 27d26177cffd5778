// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

namespace CLI {
class App;
}

namespace duplex::app {

class Configuration;

/// `duplex config print`: every value and where it came from. `duplex config check`: whether `duplex serve` would
/// start.
void add_config(CLI::App& app, const std::unique_ptr<Configuration>& configuration, int& exit_code);

}  // namespace duplex::app
