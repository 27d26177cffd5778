// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/json.h>

#include <ostream>

#include "support/hex.h"

using namespace duplex;

TEST_CASE("parse accepts one valid value and nothing else") {
  REQUIRE(json::parse(" [1, 2] "));
  CHECK(json::parse(" [1, 2] ")->text() == "[1, 2]");
  CHECK(json::parse("[1,").error() == Errc::bad_argument);
  CHECK(json::parse("\"\xff\"").error() == Errc::bad_argument);
}

TEST_CASE("a view is walked by key and by position") {
  const auto doc = *json::parse(R"({"user":{"name":"Ann \"A\"","tags":["x",{"y":[0,1]}]},"n":1,"n":2,"\u0065":"esc"})");
  CHECK(doc["user"]["name"] == "Ann \"A\"");
  CHECK(doc["user"]["tags"].at(0) == "x");
  CHECK(*doc["user"]["tags"].at(1)["y"].at(1).as<int>() == 1);
  CHECK(*doc["n"].as<int>() == 2);
  CHECK(doc["e"] == "esc");
  CHECK(doc.size() == 4);
  CHECK(doc["user"]["tags"].size() == 2);
  CHECK(doc["n"].size() == 0);
  CHECK(json::View("[]").size() == 0);
  CHECK(json::View("{}").size() == 0);
}

TEST_CASE("what is not there is missing, and so is everything within it") {
  const auto doc = *json::parse(R"({"a":[1]})");
  CHECK(!doc["b"]);
  CHECK(doc["b"].missing());
  CHECK(!doc["b"]["c"].at(3));
  CHECK(!doc["a"].at(1));
  CHECK(!doc["a"]["key of an array"]);
  CHECK(!doc.at(0));
  CHECK(!doc["b"].is_null());
  CHECK(doc["b"].as<int>().error() == Errc::missing_argument);
  CHECK(*doc["b"].as<std::optional<int>>() == std::nullopt);
  CHECK(doc["b"].as<int>().value_or(7) == 7);
  CHECK(json::object("x", doc["b"]).text() == R"({"x":null})");
}

TEST_CASE("a view knows its kind") {
  CHECK(json::View().is_null());
  CHECK(json::View("false").is_bool());
  CHECK(json::View("-1").is_number());
  CHECK(json::View("\"\"").is_string());
  CHECK(json::View("[]").is_array());
  CHECK(json::View("{}").is_object());
  CHECK(!json::View("{}").is_binary());
  const json::Binary attachments[] = {{}};
  const json::View binary(R"({"_placeholder":true,"num":0})", attachments);
  CHECK(binary.is_binary());
  CHECK(!binary.is_object());
  CHECK(!json::View(R"({"_placeholder":true,"num":0})").is_binary());
  CHECK(json::View(R"({"_placeholder":true,"num":0})").is_object());
}

TEST_CASE("a string equals its plain text only if it is a string") {
  CHECK(json::View(R"("a")") == "a");
  CHECK(json::View(R"("\u0061")") == "a");
  CHECK(!(json::View(R"("a")") == "b"));
  CHECK(!(json::View(R"("\\n")") == R"(\\n)"));
  CHECK(json::View(R"("\\n")") == R"(\n)");
  CHECK(!(json::View("1") == "1"));
}

TEST_CASE("elements and members come in order") {
  std::string all;
  for (json::View element : json::View(R"([1, "]", {"a":[2]} ,[]])").elements())
    all += std::string(element.text()) + ";";
  CHECK(all == R"(1;"]";{"a":[2]};[];)");
  all.clear();
  for (auto& [name, value] : json::View(R"({"a":1 , "b\n" : [2,{}],"c":{}})").members())
    all += name + "=" + std::string(value.text()) + ";";
  CHECK(all == "a=1;b\n=[2,{}];c={};");
  for (json::View element : json::View("{\"a\":1}").elements()) FAIL(element.text());
  for (auto& member : json::View("[1]").members()) FAIL(member.name);
  for (json::View element : json::View("[]").elements()) FAIL(element.text());
  for (auto& member : json::View("{}").members()) FAIL(member.name);
}

TEST_CASE("the binaries of a message are reached through every view of it") {
  const auto bytes = duplex::testing::hex("beef");
  const json::Binary attachments[] = {bytes};
  const json::View doc(R"({"files":[{"data":{"_placeholder":true,"num":0}}]})", attachments);
  CHECK(doc["files"].at(0)["data"].binary().size() == 2);
  for (json::View file : doc["files"].elements())
    for (auto& member : file.members()) CHECK(member.value.is_binary());
  CHECK(json::Text(doc["files"]).text() == R"([{"data":{"type":"Buffer","data":[190,239]}}])");
}
