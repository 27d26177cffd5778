// expect: duplex: a struct owns its fields
// SPDX-License-Identifier: MIT
#include <duplex/json.h>
using namespace duplex;
struct Bad {
  int a;
  std::string_view b;
  friend void duplex_fields(json::Fields& f, Bad& v) { f("a", v.a)("b", v.b); }
};
void f() { (void)json::text_of(Bad()); }
