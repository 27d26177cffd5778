// expect: duplex: a coroutine outlives its arguments
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](sio::Socket&, std::string_view s) -> Task<int> { co_return static_cast<int>(s.size()); });
}
