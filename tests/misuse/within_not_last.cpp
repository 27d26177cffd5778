// expect: duplex: sio::within(...) and sio::gather(...) come last in emit(...)
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
void f(sio::Io& io) {
  io.on("x", [](sio::Socket& s) { s.emit("q", sio::within(5s, [](Result<json::View>) {}), 1); });
}
