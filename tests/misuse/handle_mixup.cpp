// expect: conversion from
// SPDX-License-Identifier: MIT
#include <duplex/duplex.h>
#include <duplex/sio.h>
using namespace duplex;
void f(sio::Io& io) {
  io.on("x", [](sio::Socket& s) {
    ws::Handle h = s.handle();
    (void)h;
  });
}
