// expect: duplex: this type cannot be written as JSON
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
struct Widget {
  int a;
};
void f(sio::Io& io) {
  Widget w;
  io.emit("x", &w);
}
