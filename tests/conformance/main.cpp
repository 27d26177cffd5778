// SPDX-License-Identifier: MIT
#include <csignal>
#include <iostream>

#include "conformance/options.h"
#include "conformance/socket_pipe.h"

namespace {

constexpr const char* usage =
    "usage: ws_conformance --url ws://HOST:PORT/PATH [--tls] [--groups 1-7,10] [--messages 20] [--table FILE.md] "
    "[--jobs 48]\n"
    "Plays the behaviours of a WebSocket server against the echo server at the URL; exits with 1 unless all are "
    "strictly right.\n";

}  // namespace

int main(int argc, char** argv) {
  auto options = conformance::read_options(argc, argv, usage);
  if (options.port == 0) {
    std::cerr << "ws_conformance: --url is missing\n" << usage;
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  auto connect = options.tls ? conformance::tls_pipes(options.host, options.port)
                             : conformance::tcp_pipes(options.host, options.port);
  return conformance::play_and_report(options, connect, options.jobs);
}
