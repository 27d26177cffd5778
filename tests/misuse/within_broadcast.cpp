// expect: duplex: sio::within(...) waits for one answer
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
void f(sio::Io& io) {
  io.emit("q", sio::within(5s, [](Result<json::View>) {}));
}
