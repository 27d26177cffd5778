// SPDX-License-Identifier: MIT
#include "protocol/ws/error.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "protocol/ws/close_code.h"

using namespace duplex;
using ws::Errc;

TEST_CASE("every error has a text, a name of its own and a close code that may be sent") {
  std::set<std::string_view> names, texts;
  const int last = static_cast<int>(Errc::inflate_budget_exhausted);
  for (int i = 1; i <= last; ++i) {
    const auto e = static_cast<Errc>(i);
    CHECK(names.insert(ws::name_of(e)).second);
    CHECK(texts.insert(ws::text_of(e)).second);
    CHECK(ws::name_of(e).substr(0, 3) == "WS_");
    CHECK(ws::is_valid_close_code(ws::close_code_for(e)));
    const std::error_code code = e;
    CHECK(code.message() == ws::text_of(e));
    CHECK(std::string_view(code.category().name()) == "websocket");
  }
}
