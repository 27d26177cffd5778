// expect: duplex: this type cannot be written as JSON
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
struct Widget {
  int a;
};
void f(sio::Io& io) { io.emit("x", 1, Widget{}); }
