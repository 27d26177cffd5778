// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/json.h>

#include <cmath>
#include <list>
#include <map>
#include <set>

#include "protocol/json/escape.h"
#include "protocol/json/validate.h"
#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace std::literals;

namespace {
struct Point {
  int x = 0;
  std::optional<double> y;
  friend void duplex_fields(json::Fields& f, Point& p) { f("x", p.x)("y", p.y); }
};
template <class T>
std::string written(const T& value) {
  return std::string(json::text_of(value).text());
}
/// A view relayed into a packet that collects its binaries: the text, and how many there are.
std::pair<std::string, std::size_t> relayed(json::View view, std::vector<json::Binary> before = {}) {
  std::string out;
  json::Writer w(out, &before);
  w.view(view);
  return {out, before.size()};
}
}  // namespace

TEST_CASE("C++ values are written as their JSON") {
  CHECK(written(nullptr) == "null");
  CHECK(written(true) == "true");
  CHECK(written(-5) == "-5");
  CHECK(written(2.50) == "2.5");
  CHECK(written(std::nan("")) == "null");
  CHECK(written("a\"b") == R"("a\"b")");
  CHECK(written("é\xff"s) == "\"é\xef\xbf\xbd\"");
  CHECK(written(static_cast<const char*>(nullptr)) == "null");
  CHECK(written(std::optional<int>()) == "null");
  CHECK(written(std::optional(1)) == "1");
  CHECK(written(std::vector{1, 2}) == "[1,2]");
  CHECK(written(std::vector<bool>{true, false}) == "[true,false]");
  CHECK(written(std::vector<int>()) == "[]");
  CHECK(written(std::list<std::string>{"a"}) == R"(["a"])");
  CHECK(written(std::set<int>{2, 1}) == "[1,2]");
  CHECK(written(std::tuple(1, "a", nullptr)) == R"([1,"a",null])");
  CHECK(written(std::tuple<>()) == "[]");
  CHECK(written(std::pair(1, true)) == "[1,true]");
  CHECK(written(std::map<std::string, int>{{"a", 1}, {"b\n", 2}}) == R"({"a":1,"b\n":2})");
  CHECK(written(std::map<std::string, int>()) == "{}");
  CHECK(written(Point{1, {}}) == R"({"x":1,"y":null})");
  CHECK(written(std::vector<Point>{{1, 2.5}}) == R"([{"x":1,"y":2.5}])");
  CHECK(written(json::View("[1 ]")) == "[1 ]");
}

TEST_CASE("objects and arrays are made in place") {
  CHECK(json::object().text() == "{}");
  CHECK(json::array().text() == "[]");
  CHECK(json::object("name", "a", "n", 1, "list", json::array(1, "two", nullptr)).text() ==
        R"({"name":"a","n":1,"list":[1,"two",null]})");
  CHECK(json::validate(json::object("\xff\"", "\x01").text()) == json::Fault::none);
}

TEST_CASE("binary values go aside when somebody collects them") {
  const auto bytes = duplex::testing::hex("00ff");
  std::string out;
  std::vector<json::Binary> attachments;
  json::Writer w(out, &attachments);
  json::write(w, std::tuple(bytes, "x", std::span<const std::byte>(bytes)));
  CHECK(out == R"([{"_placeholder":true,"num":0},"x",{"_placeholder":true,"num":1}])");
  REQUIRE(attachments.size() == 2);
  CHECK(attachments[1].data() == bytes.data());
  CHECK(written(bytes) == R"({"type":"Buffer","data":[0,255]})");
}

TEST_CASE("U4: a view is relayed exactly as it arrived, escapes of half a surrogate pair included") {
  for (auto text :
       {R"({"a" : "\ud800", "b":1e999})", R"("\u005fplaceholder")", R"(["_placeholder",true,{"a":"_placeholder"}])",
        R"({"_placeholder":false,"num":0})", R"({"_placeholder":"true"})", R"({"x":{"_placeholder":1}})"}) {
    CAPTURE(text);
    CHECK(relayed(json::View(text)).first == text);
  }
}

TEST_CASE("the binaries of a relayed view get the numbers of the packet that they join") {
  const auto a = duplex::testing::hex("aa"), b = duplex::testing::hex("bb");
  const json::Binary attachments[] = {a, b};
  const auto [text, count] =
      relayed(json::View(R"(["x",{"_placeholder":true,"num":1}, {"k":[{"num":0,"z":[{}],"_placeholder" : true}]} ])",
                         attachments),
              {a});
  CHECK(text == R"(["x",{"_placeholder":true,"num":1}, {"k":[{"_placeholder":true,"num":2}]} ])");
  CHECK(count == 3);
}

TEST_CASE("a binary stands for the whole object that names it, and for what is within") {
  const auto a = duplex::testing::hex("aa");
  const json::Binary attachments[] = {a};
  const auto [text, count] =
      relayed(json::View(R"({"in":{"_placeholder":true,"num":0},"_placeholder":true,"num":0})", attachments));
  CHECK(text == R"({"_placeholder":true,"num":0})");
  CHECK(count == 1);
}

TEST_CASE("a client cannot smuggle in a placeholder that another's decoder would refuse") {
  CHECK(relayed(json::View(R"({"_placeholder":true,"num":7})")).first == R"({"_placeholder":1,"num":7})");
  CHECK(relayed(json::View(R"([{"\u005fplaceholder":true,"num":7}])")).first == R"([{"\u005fplaceholder":1,"num":7}])");
  CHECK(relayed(json::View(R"({"_placeholder":false,"a":2,"_placeholder": true})")).first ==
        R"({"_placeholder":false,"a":2,"_placeholder": 1})");
  const auto a = duplex::testing::hex("aa");
  const json::Binary attachments[] = {a};
  CHECK(relayed(json::View(R"([{"_placeholder":true,"num":1},{"_placeholder":true,"num":0.5}])", attachments)).second ==
        0);
}

TEST_CASE("writing on loan allocates nothing once the stock is warm") {
  const auto write_one = [] {
    json::Loan loan;
    json::Writer w(loan.text());
    json::write(w, std::tuple(1, "a text that is longer than a small string", 2.5));
    json::Loan nested;
    nested.text() += "another one, also longer than a small string";
    CHECK(loan.text().size() > 40);
  };
  write_one();
  CHECK(duplex::testing::allocations_during(write_one) == 0);
}

TEST_CASE("more loans than the stock has are lent all the same") {
  json::Loan a, b, c, d, e, f;
  e.text() = "five";
  f.text() = "six";
  CHECK(e.text() == "five");
  CHECK(a.text().empty());
}

TEST_CASE("a string of any length is written as its escaped self, whatever needs escaping in it") {
  for (std::size_t size = 0; size < 40; ++size)
    for (std::size_t at = 0; at <= size; ++at)
      for (const std::string_view special : {"\"", "\\", "\n", "\x1f", "\xff", "\xc3\xa9"}) {
        std::string text(size, 'a');
        if (at < size) text.replace(at, 1, special);
        std::string expected = "[\"";
        json::escape(expected, text);
        expected += '"';
        std::string out;
        json::Writer w(out);
        w.open_array(text);
        CHECK(out == expected);
        w.put(',');
        w.string(text);
        CHECK(out == expected + "," + expected.substr(1));
      }
}
