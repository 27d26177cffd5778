// expect: use of deleted function
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.get("/x", [](http::Request&, http::Response& res) {
    auto reply = res.defer();
    auto other = reply;
    other.send("x");
  });
}
