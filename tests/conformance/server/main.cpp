// SPDX-License-Identifier: MIT
// duplex-conformance: servers that the public conformance suites, and our own, test from outside. Public API alone.
#include <CLI/CLI.hpp>
#include <iostream>

#include "suites.h"

namespace duplex::conformance {

ServerOptions server_options(const SuiteOptions& options) {
  ServerOptions server;
  server.port = options.port;
  server.host = "127.0.0.1";
  server.threads = options.threads;
  server.spin = options.spin;
  server.tls.cert_file = options.cert;
  server.tls.key_file = options.key;
  server.tls.self_signed = options.tls && options.cert.empty();
  server.log_level = LogLevel::warning;
  return server;
}

std::shared_ptr<const sio::Parser> parser_of(const SuiteOptions& options) {
  return options.parser == "msgpack" ? sio::msgpack_parser() : nullptr;
}

eio::EngineOptions engine_options(const SuiteOptions& options) {
  eio::EngineOptions engine;
  engine.allow_eio3 = engine.allow_jsonp = options.eio3;
  return engine;
}

int serve(Server& server) {
  return run(server, [&server] { std::cout << "listening on " << server.url() << std::endl; });
}

}  // namespace duplex::conformance

int main(int argc, char** argv) {
  using namespace duplex::conformance;
  const std::map<std::string, int (*)(const SuiteOptions&)> suites = {{"autobahn", run_autobahn},
                                                                      {"engine.io", run_engine_io},
                                                                      {"engine.io-client", run_engine_io_client},
                                                                      {"socket.io", run_socket_io},
                                                                      {"socket.io-client", run_socket_io_client},
                                                                      {"driver", run_driver},
                                                                      {"bench", run_bench}};

  CLI::App app("Servers for conformance suites");
  std::string suite;
  SuiteOptions options;
  app.add_option("--suite", suite, "Which server to be")->required()->check(CLI::IsMember(suites));
  app.add_option("--port", options.port, "0 lets the system choose")->check(CLI::Range(0, 65535));
  app.add_option("--threads", options.threads, "Event loops; 0 is one a core")->check(CLI::Range(0, 255));
  app.add_option_function<int>(
         "--spin", [&](int spin) { options.spin = std::chrono::microseconds(spin); },
         "Microseconds to look for events before sleeping, at most")
      ->check(CLI::Range(0, 1000));
  app.add_flag("--tls", options.tls,
               "Serve TLS, with a certificate made for the occasion unless --cert and --key are given");
  app.add_flag("--deflate", options.deflate, "Agree on permessage-deflate in the suites engine.io, driver and bench");
  app.add_flag("--allow-eio3", options.eio3, "Take clients of Engine.IO 3 and JSONP, too");
  app.add_option("--cert", options.cert, "TLS certificate (PEM file)");
  app.add_option("--key", options.key, "TLS private key (PEM file)");
  app.add_option("--parser", options.parser, "Of Socket.IO's packets")->check(CLI::IsMember({"json", "msgpack"}));
  app.add_option("--serve-client", options.serve_client, "Of the suite driver: a folder of client bundles to serve");
  app.add_option("--cors", options.cors, "Of the suite driver: an origin that CORS allows");
  app.add_option("--admin-mode", options.admin_mode, "Of the suite driver: serve the admin namespace")
      ->check(CLI::IsMember({"development", "production"}));
  app.add_option("--admin-hash", options.admin_hash, "bcrypt hash of its password");
  app.add_flag("--admin-read-only", options.admin_read_only, "It changes nothing");
  app.add_option("--mode", options.mode, "Of the suite bench: echo each message, or broadcast it to everyone")
      ->check(CLI::IsMember({"echo", "broadcast"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return suites.at(suite)(options);
}
