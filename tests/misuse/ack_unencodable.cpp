// expect: duplex: this type cannot be written as JSON
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
struct Widget {
  int a;
};
void f() {
  (void)sio::bind([](sio::Ack ack) { ack(Widget{}); });
}
