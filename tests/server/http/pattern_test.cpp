// SPDX-License-Identifier: MIT
#include "server/http/pattern.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace duplex::http;
using Match = Pattern::Match;

namespace {

/// What the path gives to one parameter; "no" if it does not match. tests/interop/http_express has the rules in full.
std::string param(std::string_view pattern, std::string_view path, std::string_view name) {
  const Pattern read(pattern, Pattern::Kind::exact);  // the names lie in it
  Params params;
  std::size_t used = 0;
  switch (read.match(path, params, used)) {
    case Match::no:
      return "no";
    case Match::undecodable:
      return "undecodable";
    case Match::yes:
      return std::string(params.get(name));
  }
  return "?";
}

std::size_t used_by_prefix(std::string_view pattern, std::string_view path) {
  Params params;
  std::size_t used = 0;
  return Pattern(pattern, Pattern::Kind::prefix).match(path, params, used) == Match::yes ? used : 999;
}

}  // namespace

TEST_CASE("parameters take a segment or a part of one, wildcards take slashes too") {
  CHECK(param("/users/:id", "/users/a%20b", "id") == "a b");
  CHECK(param("/:a-:b", "/x-y-z", "b") == "z");
  CHECK(param("/*path/edit", "/a/b/edit", "path") == "a/b");
  CHECK(param("/a{/:b}", "/a", "b").empty());
  CHECK(param("/a{/:b}", "/a/1", "b") == "1");
  CHECK(param("/users/:id", "/users/", "id") == "no");
  CHECK(param("/users/:id", "/users/%ff", "id") == "undecodable");
}

TEST_CASE("a * without a name takes all that is left, and perhaps nothing") {
  CHECK(param("/files/*", "/files/a/b", "*") == "a/b");
  CHECK(param("/files/*", "/files/", "*").empty());
  CHECK(param("/files/*", "/files", "*").empty());
  CHECK(param("/files/*", "/filesystem", "*") == "no");
  CHECK(param("/*", "/", "*").empty());
}

TEST_CASE("text matches its encoded form, but an encoded slash is no slash") {
  CHECK(used_by_prefix("/admin", "/%61dmin/x") == 8);
  CHECK(used_by_prefix("/a/b", "/a%2Fb") == 999);
}

TEST_CASE("a prefix ends at a slash or at the end of the path") {
  CHECK(used_by_prefix("/", "/anything") == 0);
  CHECK(used_by_prefix("/a", "/a") == 2);
  CHECK(used_by_prefix("/a", "/a/") == 3);
  CHECK(used_by_prefix("/a/", "/a/b") == 2);
  CHECK(used_by_prefix("/a", "/ab") == 999);
  CHECK(used_by_prefix("/org/:id", "/org/7/x") == 6);
}

TEST_CASE("a pattern that cannot be read says what is wrong, and matches nothing") {
  for (const auto* text : {"/a(b)", "/a?", "/:", "/{a", "/a}", "/*/b", "/:a:b", "/\\", "/:\"x", "/x+"}) {
    const Pattern pattern(text, Pattern::Kind::exact);
    CHECK_MESSAGE(!pattern.error().empty(), text);
    CHECK_FALSE(pattern.matches(text));
  }
  std::string many = "/";
  for (int i = 0; i < 9; ++i) many += "{a" + std::to_string(i) + "}";
  CHECK_FALSE(Pattern(many, Pattern::Kind::exact).error().empty());
}

TEST_CASE("a path made to be tried in many ways is given up") {
  const Pattern pattern("/*a/x/*b/x/*c/x/*d/x/*e/end", Pattern::Kind::exact);
  std::string path;
  for (int i = 0; i < 2000; ++i) path += "/x";
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(pattern.matches(path));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
}
