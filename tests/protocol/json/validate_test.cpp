// SPDX-License-Identifier: MIT
#include "protocol/json/validate.h"

#include <doctest/doctest.h>

#include <string>

#include "support/allocations.h"

using duplex::json::Fault;
using duplex::json::validate;
using namespace std::literals;

namespace {
std::string nested(std::size_t depth, std::string_view open, std::string_view middle, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += middle;
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}
}  // namespace

TEST_CASE("every kind of value is valid JSON by itself, with white space around it") {
  for (auto text : {"null", "true", "false", "0", "-0", "-1.5e+10", "1E9", "0.25", "\"\"", "\"a\\u00e9\\n\\/\"", "[]",
                    "{}", "[ ]", "{ }", " [1, 2 ,3] ", "{\"a\":{\"b\":[{},[]]},\"c\":\"d\"}", "\t\r\n1\n", "[[[]],[]]",
                    "[{\"a\":1},{\"a\":[]}]"}) {
    CAPTURE(text);
    CHECK(validate(text) == Fault::none);
  }
}

TEST_CASE("what is not quite JSON is refused") {
  for (auto text : {"",
                    " ",
                    "nul",
                    "nulll",
                    "True",
                    "+1",
                    "01",
                    "-",
                    "-a",
                    "1.",
                    ".5",
                    "1e",
                    "1e+",
                    "0x10",
                    "NaN",
                    "Infinity",
                    "1 2",
                    "[1,]",
                    "[,1]",
                    "[1 2]",
                    "[",
                    "]",
                    "[1",
                    "[1}",
                    "{",
                    "}",
                    "{]",
                    "{\"a\"}",
                    "{\"a\":}",
                    "{\"a\":1,}",
                    "{a:1}",
                    "{1:2}",
                    "{\"a\" 1}",
                    "{\"a\":1 \"b\":2}",
                    "\"",
                    "\"\\\"",
                    "\"\\x\"",
                    "\"\\u12g4\"",
                    "\"\\u123\"",
                    "\"tab\there\"",
                    "'a'",
                    "[]]",
                    "{}}",
                    "{\"a\":1}{",
                    "// no\n1",
                    "[1]x",
                    "\xef\xbb\xbf[]",
                    "{\"a\":1]",
                    "[\"a\":1]",
                    "[[1,2,]",
                    "{,}",
                    "{\"a\",1}"}) {
    CAPTURE(text);
    CHECK(validate(text) == Fault::syntax);
  }
  CHECK(validate("[1\0]"sv) == Fault::syntax);
  CHECK(validate("\"\0\""sv) == Fault::syntax);
}

TEST_CASE("a text is never read beyond its end") {
  const auto whole = R"({"key":[true,false,null,-1.5e+10,"a\u00e9\n, a string longer than sixteen bytes"],"x":{}})"s;
  REQUIRE(validate(whole) == Fault::none);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string exact = whole.substr(0, n);  // its own allocation, so that the sanitizer sees a byte too many
    CHECK(validate(exact) == Fault::syntax);
  }
}

TEST_CASE("a special character is found at every place of a string") {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string plain(size, 'x');
    CHECK(validate("\"" + plain + "\"") == Fault::none);
    CHECK(validate("\"" + plain + "\\n" + plain + "\"") == Fault::none);
    CHECK(validate("\"" + plain + "\n" + plain + "\"") == Fault::syntax);
    CHECK(validate("\"" + plain + "\x1f" + plain + "\"") == Fault::syntax);
    CHECK(validate("\"" + plain + "\x7f\"") == Fault::none);
  }
}

TEST_CASE("text that is not UTF-8 is refused, unless it is known to be") {
  CHECK(validate("\"\xc3\xa9\"") == Fault::none);
  CHECK(validate("\"\xc3\"") == Fault::not_utf8);
  CHECK(validate("\"\xed\xa0\x80\"") == Fault::not_utf8);
  CHECK(validate("\"\xc3\xa9\"", {.utf8_known = true}) == Fault::none);
}

TEST_CASE("S8: JSON nested 50,000 deep is refused without stack growth, 256 is the most") {
  CHECK(validate(nested(256, "[", "", "]")) == Fault::none);
  CHECK(validate(nested(257, "[", "", "]")) == Fault::too_deep);
  CHECK(validate(nested(256, "{\"a\":", "1", "}")) == Fault::none);
  CHECK(validate(nested(257, "{\"a\":", "1", "}")) == Fault::too_deep);
  CHECK(validate(nested(128, "[{\"a\":", "1", "}]")) == Fault::none);
  CHECK(validate(nested(128, "[{\"a\":", "[]", "}]")) == Fault::too_deep);
  CHECK(validate(nested(50'000, "[", "", "]")) == Fault::too_deep);
  CHECK(validate(nested(50'000, "{\"a\":", "1", "}")) == Fault::too_deep);
  CHECK(validate(nested(50'000, "[", "", "")) == Fault::too_deep);
}

TEST_CASE("the greatest depth can be chosen") {
  CHECK(validate("[[1]]", {.max_depth = 2}) == Fault::none);
  CHECK(validate("[[1]]", {.max_depth = 1}) == Fault::too_deep);
  CHECK(validate("1", {.max_depth = 0}) == Fault::none);
  CHECK(validate(nested(1024, "[", "", "]"), {.max_depth = 5000}) == Fault::none);
  CHECK(validate(nested(1025, "[", "", "]"), {.max_depth = 5000}) == Fault::too_deep);
}

TEST_CASE("S8: 1e999, numbers of 5,000 digits, equal keys and \\u0000 are accepted, as JSON.parse accepts them") {
  CHECK(validate("[1e999,-1e999]") == Fault::none);
  CHECK(validate("[" + std::string(5000, '9') + "]") == Fault::none);
  CHECK(validate("[0." + std::string(5000, '3') + "]") == Fault::none);
  CHECK(validate(R"({"a":1,"a":2})") == Fault::none);
  CHECK(validate(R"(["\u0000"])") == Fault::none);
  CHECK(validate(R"(["\ud800"])") == Fault::none);  // U4
}

TEST_CASE("validation allocates nothing") {
  const auto text = R"(["say",{"room":"lobby","text":"hé","n":[1,2.5,null]}])"s;
  CHECK(duplex::testing::allocations_during([&] { CHECK(validate(text) == Fault::none); }) == 0);
}

TEST_CASE("an array that begins with a plain string is taken apart, and judged as without that") {
  const auto check = [](std::string_view text, std::string_view name, std::string_view arguments, bool has_one) {
    CAPTURE(text);
    duplex::json::Call call{"before", "before", true};
    CHECK(validate(text, {}, call) == Fault::none);
    CHECK(validate(text) == Fault::none);
    CHECK(call.name.data() != nullptr);
    CHECK(call.name == name);
    CHECK(call.arguments == arguments);
    CHECK(call.has_one == has_one);
  };
  check(R"(["say"])", "say", "", false);
  check(R"([""])", "", "", false);
  check(R"( [ "say" , 1 , 2 ] )", "say", "1 , 2", false);
  check(R"(["say","a,b]",{"x":[1,2]}])", "say", R"("a,b]",{"x":[1,2]})", false);
  check(R"(["m","the quick brown fox "])", "m", R"("the quick brown fox ")", true);
  check(R"(["m", "\\\"\u0041" ])", "m", R"("\\\"\u0041")", true);
  check(R"(["m",-1.5e3])", "m", "-1.5e3", true);
  check(R"(["m",null])", "m", "null", true);
  check(R"(["m",[1,[2,3],{"a":1,"b":2}] ])", "m", R"([1,[2,3],{"a":1,"b":2}])", true);
  check(R"(["m",{},1])", "m", "{},1", false);
  check(R"(["m",1,[]	])", "m", "1,[]", false);
  check("[\"m\",[]]\n", "m", "[]", true);
}

TEST_CASE("what is no array that begins with a plain string is judged, and not taken apart") {
  for (const std::string_view text : {R"([])",
                                      R"([1,"a"])",
                                      R"(["a\u0041",1])",
                                      R"({"a":1})",
                                      R"("a")",
                                      "1",
                                      "",
                                      " ",
                                      "[",
                                      R"([")",
                                      R"(["a)",
                                      R"(["a")",
                                      R"(["a",)",
                                      R"(["a",])",
                                      R"(["a",1)",
                                      R"(["a",1,])",
                                      R"(["a" 1])",
                                      R"(["a"}])",
                                      R"(["a",1}])",
                                      R"(["a",[1})",
                                      R"(["a",[1]})",
                                      R"(["a",{"b":1]])",
                                      R"(["a",[1],])",
                                      R"(["a",[1]] 1)",
                                      R"(["a",1] 1)",
                                      R"(["a"] ])",
                                      "[\"a\n\"]",
                                      "[\"a\",\"\n\"]",
                                      R"(["a","\x"])",
                                      R"(["a","\)",
                                      R"(["a",tru])",
                                      R"(["a",01])",
                                      R"(["a",-])"}) {
    CAPTURE(text);
    duplex::json::Call call{"before", "before", true};
    CHECK(validate(text, {}, call) == validate(text));
    CHECK(call.name.data() == nullptr);
    CHECK(call.arguments.data() == nullptr);
    CHECK_FALSE(call.has_one);
  }
}

TEST_CASE("taken apart or not, an array may be as deep, and must be UTF-8") {
  duplex::json::Call call;
  for (const std::size_t depth : {0, 1, 2, 3, 4})
    for (const std::string_view text :
         {R"(["a"])", R"(["a",1])", R"(["a",[1]])", R"(["a",{"b":[1]}])", R"(["a",1,[[[1]]]])"})
      CHECK(validate(text, {.max_depth = depth}, call) == validate(text, {.max_depth = depth}));
  CHECK(validate("[\"a\",\"\xff\"]", {}, call) == Fault::not_utf8);
  CHECK(validate("[\"a\",\"\xff\"]", {.utf8_known = true}, call) == Fault::none);
}
