// expect: duplex: a handler takes its arguments by value or by const reference
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](sio::Socket&, std::string& s) { s += "x"; });
}
