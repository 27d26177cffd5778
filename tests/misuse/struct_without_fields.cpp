// expect: duplex: a handler parameter of this type cannot be read from JSON
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
struct Widget {
  int a;
};
void f() {
  (void)sio::bind([](sio::Socket&, Widget) {});
}
