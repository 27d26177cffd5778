// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/json.h>

#include <array>
#include <deque>
#include <map>
#include <ostream>
#include <unordered_map>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace std::literals;
using duplex::testing::allocations_during;

namespace {
struct Move {
  int x = 0, y = 0;
  std::optional<std::string> note;
  friend void duplex_fields(json::Fields& f, Move& m) { f("x", m.x)("y", m.y)("note", m.note); }
};
struct Foreign {  // someone else's type: named from outside
  int a;
};
void duplex_fields(json::Fields& f, Foreign& v) { f("a", v.a); }

struct Wide {
  int v[40] = {};
  friend void duplex_fields(json::Fields& f, Wide& w) {
    static const auto names = [] {
      std::array<std::string, 40> all;
      for (int i = 0; i < 40; ++i) all[static_cast<std::size_t>(i)] = "f" + std::to_string(i);
      return all;
    }();
    for (int i = 0; i < 40; ++i) f(names[static_cast<std::size_t>(i)], w.v[i]);
  }
};
template <class T>
Result<T> as(std::string_view text) {
  return json::View(text).as<T>();
}
template <class T>
std::error_code error(std::string_view text) {
  return json::View(text).as<T>().error();
}
}  // namespace

TEST_CASE("values decode into the types that are asked for") {
  CHECK(*as<bool>("true") == true);
  CHECK(*as<int>("-7") == -7);
  CHECK(*as<unsigned char>("255") == 255);
  CHECK(*as<double>("2.5") == 2.5);
  CHECK(*as<float>("0.1") == 0.1f);
  CHECK(*as<std::string>(R"("a\u00e9\"")") == "aé\"");
  CHECK(*as<std::vector<int>>(" [1, 2 , 3 ] ") == std::vector{1, 2, 3});
  CHECK(*as<std::deque<bool>>("[true,false]") == std::deque{true, false});
  CHECK(*as<std::vector<bool>>("[true,false]") == std::vector{true, false});
  CHECK(as<std::vector<int>>("[]")->empty());
  CHECK(*as<std::optional<int>>("null") == std::nullopt);
  CHECK(*as<std::optional<int>>("5") == 5);
  CHECK(*as<std::tuple<int, std::string, bool>>(R"([1,"a",true])") == std::tuple(1, "a"s, true));
  CHECK(*as<std::pair<int, int>>("[1,2]") == std::pair(1, 2));
  CHECK(*as<std::vector<std::vector<int>>>("[[1],[],[2,3]]") == std::vector<std::vector<int>>{{1}, {}, {2, 3}});
  CHECK(as<json::Text>(R"({"a" : 1})")->text() == R"({"a" : 1})");
}

TEST_CASE("an object is a map; of equal names the last counts") {
  CHECK(*as<std::map<std::string, int>>(R"({"a":1,"b\n":2,"a":3})") ==
        std::map<std::string, int>{{"a", 3}, {"b\n", 2}});
  CHECK(as<std::unordered_map<std::string, std::vector<int>>>(R"({"a":[1,2]})")->at("a").size() == 2);
}

TEST_CASE("a struct is read by its fields, in any order, unknown ones skipped") {
  const auto m = as<Move>(R"( { "zzz" : [ { "x" : 9 } ] , "y" : 2, "\u0078" : 1 } )");
  REQUIRE(m);
  CHECK(m->x == 1);
  CHECK(m->y == 2);
  CHECK(!m->note);
  CHECK(*as<Move>(R"({"x":1,"y":2,"note":"n"})")->note == "n");
  CHECK(!as<Move>(R"({"x":1,"y":2,"note":null})")->note);
  CHECK(as<Foreign>(R"({"a":9})")->a == 9);
  CHECK(as<std::vector<Move>>(R"([{"x":1,"y":2},{"x":3,"y":4}])")->at(1).y == 4);
  CHECK(error<Move>(R"({"x":1})") == Errc::missing_argument);
  CHECK(error<Move>(R"({"x":1,"y":"2"})") == Errc::bad_argument);
  CHECK(error<Move>("[1,2]") == Errc::bad_argument);
}

TEST_CASE("a struct may have more fields than fit in place") {
  Wide wide;
  for (int i = 0; i < 40; ++i) wide.v[i] = i * i;
  const auto text = json::text_of(wide);
  const auto back = text.view().as<Wide>();
  REQUIRE(back);
  CHECK(back->v[39] == 39 * 39);
  CHECK(back->v[0] == 0);
  CHECK(error<Wide>(R"({"f0":1})") == Errc::missing_argument);
}

TEST_CASE("what does not fit is an error, never another value") {
  CHECK(error<unsigned char>("256") == Errc::out_of_range);
  CHECK(error<signed char>("-129") == Errc::out_of_range);
  CHECK(error<unsigned>("-1") == Errc::out_of_range);
  CHECK(error<int>("2147483648") == Errc::out_of_range);
  CHECK(error<float>("1e300") == Errc::out_of_range);
  CHECK(error<int>("1.5") == Errc::bad_argument);
  CHECK(error<int>("\"1\"") == Errc::bad_argument);
  CHECK(error<int>("null") == Errc::bad_argument);
  CHECK(error<bool>("1") == Errc::bad_argument);
  CHECK(error<std::string>("1") == Errc::bad_argument);
  CHECK(error<std::vector<int>>("{}") == Errc::bad_argument);
  CHECK(error<std::vector<int>>("[1,\"2\"]") == Errc::bad_argument);
  CHECK(error<std::pair<int, int>>("[1]") == Errc::missing_argument);
  CHECK(error<std::pair<int, int>>("[1,2,3]") == Errc::bad_argument);
}

TEST_CASE("a placeholder reads as the attachment that it names") {
  const auto bytes = duplex::testing::hex("010203");
  const json::Binary attachments[] = {bytes, {}};
  json::Scratch scratch;
  json::Cursor c(
      R"([{"num":0,"_placeholder":true},{"_placeholder":true,"num":2},{"_placeholder":true,"num":0.5}, {"num":0}])",
      attachments, scratch);
  REQUIRE(c.enter_array());
  json::Binary got;
  CHECK((c.next_element() && c.read(got) == Errc::ok && got.data() == bytes.data() && got.size() == 3));
  CHECK((c.next_element() && c.read(got) == Errc::bad_argument));
  CHECK((c.next_element() && c.read(got) == Errc::bad_argument));
  CHECK((c.next_element() && c.read(got) == Errc::bad_argument));
  CHECK(!c.next_element());
  const auto owned =
      json::View(R"([{"_placeholder":true,"num":0}])", attachments).as<std::vector<std::vector<std::byte>>>();
  REQUIRE(owned);
  CHECK(owned->at(0) == bytes);
}

TEST_CASE("a string with escapes lives in the scratch, whose memory is used again") {
  json::Scratch scratch;
  const auto read = [&](std::string_view text) {
    scratch.clear();
    json::Cursor c(text, {}, scratch);
    std::string_view out;
    REQUIRE(c.read(out) == Errc::ok);
    return out;
  };
  CHECK(read(R"("a\nb")") == "a\nb");
  const std::string text = "\"" + std::string(1000, 'x') + "\\t\"";
  CHECK(allocations_during([&] {
          for (int i = 0; i < 100; ++i) CHECK(read(text).size() == 1001);
        }) == 0);
  const std::string huge = "\"" + std::string(1'000'000, 'x') + "\\t\"";
  CHECK(read(huge).size() == 1'000'001);
  CHECK(read(text).size() == 1001);
}

TEST_CASE("many strings of one message share the scratch") {
  json::Scratch scratch;
  std::string text = "[";
  for (int i = 0; i < 2000; ++i) text += (i != 0 ? "," : "") + ("\"\\n"s + std::to_string(i) + "\"");
  text += "]";
  json::Cursor c(text, {}, scratch);
  std::vector<std::string_view> all;
  REQUIRE(json::read(c, all) == Errc::ok);
  for (int i = 0; i < 2000; ++i) CHECK(all[static_cast<std::size_t>(i)] == "\n" + std::to_string(i));
}

TEST_CASE("a cursor on text that was never validated stays within it") {
  const auto whole = R"([{"x":[1,2,{"a":"b\n"}],"y":-1.5e3},"s",null,true,{"_placeholder":true,"num":0}])"s;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string cut = whole.substr(0, n);
    const json::View view(cut);
    (void)view.as<std::vector<json::Text>>();
    (void)view.as<std::tuple<Move, std::string, std::optional<int>>>();
    (void)view.as<std::map<std::string, json::Text>>();
    (void)view.size();
    for (auto element : view.elements())
      for (auto member : element.members()) (void)member;
    CHECK(json::Text(view).text().size() <= cut.size() + 4);
  }
}
