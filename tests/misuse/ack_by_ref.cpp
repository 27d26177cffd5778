// expect: duplex: sio::Ack comes last, by value
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](int, sio::Ack&) {});
}
