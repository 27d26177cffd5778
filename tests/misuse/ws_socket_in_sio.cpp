// expect: duplex: this is a Socket.IO handler
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](ws::Socket& s) { (void)s; });
}
