// SPDX-License-Identifier: MIT
// The `duplex` program: one verb, one file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/bench/bench.h"
#include "app/config.h"
#include "app/config_verb.h"
#include "app/hash_password.h"
#include "app/serve.h"

int main(int argc, char** argv) {
  CLI::App app("Duplex: the Socket.IO and WebSocket server for C++");
  app.name("duplex");
  app.require_subcommand(1);
  app.set_version_flag("--version", "duplex " DUPLEX_VERSION);
  app.footer("Exit codes: 0 ok, 1 failed while running, 2 wrong usage or configuration.");

  int exit_code = 0;
  std::unique_ptr<duplex::app::Configuration> configuration;  // made when all verbs are known
  duplex::app::add_serve(app, configuration, exit_code);
  duplex::app::add_bench(app, exit_code);
  duplex::app::add_config(app, configuration, exit_code);
  duplex::app::add_hash_password(app, exit_code);
  app.add_subcommand("version", "Print the version")->callback([] { std::cout << "duplex " DUPLEX_VERSION << '\n'; });

  configuration = std::make_unique<duplex::app::Configuration>(app, argc, argv);
  std::vector<std::string> arguments = configuration->arguments();
  if (!configuration->fault().empty()) {
    std::cerr << "duplex: " << configuration->fault() << '\n';
    return 2;
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(std::move(arguments));
  } catch (const CLI::Success& shown) {
    return app.exit(shown);
  } catch (const CLI::ParseError& wrong) {
    std::cerr << "duplex: " << configuration->explain(wrong) << '\n';
    return 2;
  }
  return exit_code;
}
