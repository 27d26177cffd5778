// expect: use of deleted function
// SPDX-License-Identifier: MIT
#include <duplex/json.h>
using namespace duplex;
void f() { (void)json::object("name", 1).view(); }
