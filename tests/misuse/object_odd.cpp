// expect: duplex: json::object takes pairs
// SPDX-License-Identifier: MIT
#include <duplex/json.h>
using namespace duplex;
void f() { (void)json::object("name"); }
