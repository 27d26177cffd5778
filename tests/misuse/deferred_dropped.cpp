// expect: nodiscard
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.get("/x", [](http::Request&, http::Response& res) { res.defer(); });
}
