// expect: duplex: what this handler returns becomes the ack
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
struct Widget {
  int a;
};
void f() {
  (void)sio::bind([](sio::Socket&) { return Widget{}; });
}
