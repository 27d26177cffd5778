// expect: duplex: as<T>() has nowhere to keep an unescaped string
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
void f() {
  (void)sio::bind([](json::View v) {
    auto s = v.as<std::string_view>();
    (void)s;
  });
}
