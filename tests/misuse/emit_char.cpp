// expect: duplex: this type cannot be written as JSON
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
void f(sio::Io& io) { io.emit("x", 'c'); }
