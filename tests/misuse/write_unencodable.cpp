// expect: duplex: this type cannot be written as JSON
// SPDX-License-Identifier: MIT
#include <duplex/json.h>
using namespace duplex;
struct Widget {
  int a;
};
void f() { (void)json::array(1, Widget{}); }
