// expect: use of deleted function
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.ws("/x", {.on_message = [](ws::Socket& socket, ws::Message) {
              auto later = [socket]() mutable { socket.send("x"); };
              later();
            }});
}
