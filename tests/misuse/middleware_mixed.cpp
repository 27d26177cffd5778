// expect: inconsistent types
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.use("/x", [](http::Request& r, http::Response&) {
    if (r.body().empty()) return http::next;
    return true;
  });
}
