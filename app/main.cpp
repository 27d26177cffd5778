// SPDX-License-Identifier: MIT
// The `duplex` program: one verb, one file.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "app/bench/bench.h"
#include "app/serve.h"

namespace {

/// Where a wrong value came from, if it was the environment: " (from PORT in the environment)".
std::string origin_of(const CLI::App& app, std::string_view complaint, int argc, char** argv) {
  for (const CLI::App* verb : app.get_subcommands({}))
    for (const CLI::Option* option : verb->get_options()) {
      const std::string name = option->get_name(), variable = option->get_envname();
      if (variable.empty() || std::getenv(variable.c_str()) == nullptr || !complaint.starts_with(name + ":")) continue;
      for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]).starts_with(name)) return {};
      return " (from " + variable + " in the environment)";
    }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Duplex: the Socket.IO and WebSocket server for C++");
  app.name("duplex");
  app.require_subcommand(1);
  app.set_version_flag("--version", "duplex " DUPLEX_VERSION);
  app.footer("Exit codes: 0 ok, 1 failed while running, 2 wrong usage or configuration.");

  int exit_code = 0;
  duplex::app::add_serve(app, exit_code);
  duplex::app::add_bench(app, exit_code);
  app.add_subcommand("version", "Print the version")->callback([] { std::cout << "duplex " DUPLEX_VERSION << '\n'; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& shown) {
    return app.exit(shown);
  } catch (const CLI::ParseError& wrong) {
    std::cerr << "duplex: " << wrong.what() << origin_of(app, wrong.what(), argc, argv) << " (see `duplex --help`)\n";
    return 2;
  }
  return exit_code;
}
