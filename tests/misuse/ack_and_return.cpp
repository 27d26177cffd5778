// expect: duplex: a handler either takes an sio::Ack or returns the answer, not both
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](sio::Ack ack) {
    ack(1);
    return 2;
  });
}
