// expect: duplex: sio::Socket& comes first
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](const sio::Socket& s) { (void)s; });
}
