// expect: duplex: sio::Socket& comes first
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
void f(sio::Io& io) {
  io.on("say", [](sio::Socket s) { s.join("x"); });
}
