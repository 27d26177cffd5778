// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/duplex.h>
#include <duplex/sio.h>

#include <string>

namespace duplex::conformance {

/// What the command line says.
struct SuiteOptions {
  int port = 0;
  int threads = 1;
  bool tls = false;
  bool deflate = false;  ///< permessage-deflate, in `engine.io`, `driver` and `bench`: they are specified without
  bool eio3 = false;  ///< also clients of Engine.IO 3, JSONP among them, in the suites `engine.io…`, `socket.io-client`
                      ///< and `driver`
  std::string cert, key;
  std::chrono::microseconds spin = ServerOptions().spin;
  std::string serve_client;  ///< a folder, in `driver`
  std::string cors;          ///< an origin, in `driver`: with credentials
  std::string admin_mode;    ///< in `driver`: with the admin namespace; "development" or "production"
  std::string admin_hash;    ///< of its password; empty: it asks for none
  bool admin_read_only = false;
  std::string parser = "json";  ///< of Socket.IO's packets: "json" or "msgpack"
  std::string mode = "echo";    ///< of the suite `bench`: "echo" or "broadcast"
};

/// Server options that every suite shares.
ServerOptions server_options(const SuiteOptions& options);
/// What the option --parser names.
std::shared_ptr<const sio::Parser> parser_of(const SuiteOptions& options);
/// Engine.IO options that every suite shares.
eio::EngineOptions engine_options(const SuiteOptions& options);
/// Starts, prints "listening on …", serves until a signal; an exit code.
int serve(Server& server);

/// Echoes text and binary on every path, permessage-deflate on, messages up to 64 MiB.
int run_autobahn(const SuiteOptions& options);
/// What the test suite of the Engine.IO protocol expects: an echo at /engine.io/ with a fast heartbeat.
int run_engine_io(const SuiteOptions& options);
/// What the test suite of the JavaScript Engine.IO client expects of its support server.
int run_engine_io_client(const SuiteOptions& options);

/// What the Socket.IO protocol suite tests.
int run_socket_io(const SuiteOptions& options);
/// What the JavaScript Socket.IO client's own suite expects.
int run_socket_io_client(const SuiteOptions& options);
/// A namespace /driver by whose events a test drives the server.
int run_driver(const SuiteOptions& options);

/// What is measured: echoes each message, or sends it to everyone, its sender included.
int run_bench(const SuiteOptions& options);

}  // namespace duplex::conformance
