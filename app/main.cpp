// SPDX-License-Identifier: MIT
// The `duplex` program: one verb, one file.
#include <CLI/CLI.hpp>

#include "app/serve.h"

int main(int argc, char** argv) {
  CLI::App app("Duplex: the Socket.IO and WebSocket server for C++");
  app.name("duplex");
  app.require_subcommand(1);
  app.set_version_flag("--version", "duplex " DUPLEX_VERSION);
  app.footer("Exit codes: 0 ok, 1 failed while running, 2 wrong usage or configuration.");

  int exit_code = 0;
  duplex::app::add_serve(app, exit_code);
  app.add_subcommand("version", "Print the version")->callback([] { std::cout << "duplex " DUPLEX_VERSION << '\n'; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& shown) {
    return app.exit(shown);
  } catch (const CLI::ParseError& wrong) {
    std::cerr << "duplex: " << wrong.what() << " (see `duplex --help`)\n";
    return 2;
  }
  return exit_code;
}
