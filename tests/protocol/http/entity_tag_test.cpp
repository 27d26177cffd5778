// SPDX-License-Identifier: MIT
#include "protocol/http/entity_tag.h"

#include <doctest/doctest.h>

#include <string>

#include "support/allocations.h"

using namespace duplex;
using namespace duplex::http;
using duplex::testing::allocations_during;

TEST_CASE("a body's tag is npm etag's: its length in hexadecimal, and the first 27 characters of its SHA-1 in base64") {
  CHECK(EntityTag({}, false).text() == "\"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk\"");
  CHECK(EntityTag(as_bytes("hello"), true).text() == "W/\"5-qvTGHdzF6KLavt4PO0gs2a6pQ00\"");
  CHECK(EntityTag(as_bytes("hello"), false).text() == "\"5-qvTGHdzF6KLavt4PO0gs2a6pQ00\"");
  CHECK(EntityTag(as_bytes(std::string(1'000'000, 'a')), true).text() == "W/\"f4240-NKqXPNTE2qT2Husr260nMWU0AW8\"");
}

TEST_CASE("a tag allocates nothing") {
  CHECK(EntityTag(as_bytes("the first one of its thread"), true).text().size() > 30);
  std::size_t size = 0;
  CHECK(allocations_during([&] { size = EntityTag(as_bytes("hello"), true).text().size(); }) == 0);
  CHECK(size == 33);
}
