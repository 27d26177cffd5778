// SPDX-License-Identifier: MIT
#include "protocol/http/query.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex::http;

TEST_CASE("a query is read pair by pair, in order, still encoded") {
  auto cursor = Query("a=1&b&&c=%20=x&=y").pairs();
  CHECK(cursor.next() == QueryPair{"a", "1"});
  CHECK(cursor.next() == QueryPair{"b", ""});
  CHECK(cursor.next() == QueryPair{"c", "%20=x"});
  CHECK(cursor.next() == QueryPair{"", "y"});
  CHECK(cursor.next() == std::nullopt);
}

TEST_CASE("a parameter is found by its decoded name, and its value is decoded") {
  const Query query("EIO=4&na%6De=a+b%2Bc&bad=%zz");
  CHECK(query.get("EIO") == "4");
  CHECK(query.get("name") == "a b+c");
  CHECK(query.raw("name") == "a+b%2Bc");
  CHECK(query.get("eio") == std::nullopt);
  CHECK(query.get("bad") == std::nullopt);
}

TEST_CASE("H26: duplicate and too many parameters can be told, and names are only names") {
  CHECK(Query("sid=1&sid=2").count("sid") == 2);
  CHECK(Query("sid=1&sid=2").get("sid") == "1");
  CHECK(Query("sid=__proto__").get("sid") == "__proto__");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "p=1&";
  CHECK(Query(many).is_bounded());
  CHECK_FALSE(Query(many + "p=1").is_bounded());
  CHECK(Query("").is_bounded(0));
}
