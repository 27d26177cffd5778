// expect: discards qualifiers
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.get("/x", [](http::Request&, http::Response& res) {
    auto f = [reply = res.defer()] { reply.send("x"); };
    f();
  });
}
