// expect: duplex: this handler does not take the arguments it will be called with
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
using namespace duplex;
void f(Server& server) {
  server.use("/x", [](http::Request&, http::Response&) {});
}
