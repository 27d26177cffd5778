// expect: duplex: take text as std::string_view
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
struct Widget {};
void f() {
  (void)sio::bind([](sio::Socket&, int, Widget*, const char*) {});
}
