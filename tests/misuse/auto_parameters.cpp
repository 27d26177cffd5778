// expect: duplex: a handler names the types of its parameters
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](auto& socket, auto text) { (void)socket, (void)text; });
}
