// expect: order
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.ws("/x", {.on_close = [](ws::Socket&, ws::Close) {}, .on_message = [](ws::Socket&, ws::Message) {}});
}
