// expect: use of deleted function
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.get("/x", [](http::Request& req, http::Response&) {
    auto later = [req] { (void)req.path(); };
    later();
  });
}
