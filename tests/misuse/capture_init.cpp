// expect: use of deleted function
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
void f(sio::Io& io) {
  io.on("x", [](sio::Socket& socket) {
    auto later = [s = socket] { (void)s.id(); };
    later();
  });
}
