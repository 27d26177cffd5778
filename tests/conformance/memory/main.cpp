// SPDX-License-Identifier: MIT
// The same behaviours against a server in this very thread: no kernel, and a clock that passes when we say so.
#include <cstdlib>
#include <iostream>

#include "behaviour/support/memory_server.h"
#include "conformance/groups/groups.h"
#include "conformance/options.h"
#include "conformance/runner.h"
#include "conformance/stepped_pipe.h"

namespace {

using namespace conformance;
using duplex::testing::MemoryServer;

constexpr Milliseconds slice{5};  // between two looks at what the server wrote

std::unique_ptr<Pipe> connect(MemoryServer& server) {
  auto peer = server.connect();
  MemoryEnd end;
  end.send = [peer](std::string_view bytes) mutable { return peer.write(bytes); };
  end.take = [peer]() mutable { return peer.read(); };
  end.is_closed = [peer] { return peer.ended() || peer.closed(); };
  end.close = [peer, &server]() mutable {
    peer.finish();
    server.run();
  };
  end.step = [&server](Milliseconds limit) {
    auto passes = std::min(limit, slice);
    server.run();
    if (passes > Milliseconds(0)) server.advance(passes);
    return passes;
  };
  return std::make_unique<SteppedPipe>(std::move(end));
}

}  // namespace

int main(int argc, char** argv) {
  auto options =
      read_options(argc, argv, "usage: ws_conformance_memory [--groups 1-7,10] [--messages 20] [--table FILE.md]\n");
  MemoryServer server;
  server->ws("/*", {.on_message = [](duplex::ws::Socket& socket, duplex::ws::Message message) { socket.send(message); },
                    .max_message = 64U << 20,
                    .compression = {.enabled = true}});
  return play_and_report(
      options, [&server] { return connect(server); }, 1);
}
