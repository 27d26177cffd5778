// expect: use of deleted function
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](sio::Ack ack) {
    auto later = [ack] {};
    later();
  });
}
