// expect: on_mesage
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.ws("/x", {.on_mesage = [](ws::Socket&, ws::Message) {}});
}
