// SPDX-License-Identifier: MIT
#include "protocol/http/url.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace duplex::http;
using namespace std::string_view_literals;

TEST_CASE("percent-decoding gives the bytes, or nothing for a malformed escape") {
  CHECK(percent_decode("a%20b%C3%A4%2f") == "a b\xc3\xa4/");
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("a+b%2B", Plus::is_space) == "a b+");
  CHECK(percent_decode("%00") == std::string("\0", 1));
  for (std::string_view bad : {"%", "%4", "%zz", "a%4g", "%%41"}) CHECK(percent_decode(bad) == std::nullopt);
}

TEST_CASE("percent-encoding is encodeURIComponent, and decoding undoes it for every byte") {
  CHECK(percent_encode("a b&c=\xc3\xa4/-_.!~*'()") == "a%20b%26c%3D%C3%A4%2F-_.!~*'()");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  CHECK(percent_decode(percent_encode(all)) == all);
  CHECK(decodes_to(percent_encode(all), all));
}

TEST_CASE("an encoded name is compared without decoding it first") {
  CHECK(decodes_to("s%69d", "sid"));
  CHECK_FALSE(decodes_to("si", "sid"));
  CHECK_FALSE(decodes_to("sidx", "sid"));
  CHECK_FALSE(decodes_to("si%", "sid"));
  CHECK(decodes_to("a+b", "a b", Plus::is_space));
}

TEST_CASE("a path falls into segments") {
  const auto split = [](std::string_view path) {
    std::vector<std::string> out;
    PathSegments segments(path);
    while (const auto segment = segments.next()) out.emplace_back(*segment);
    return out;
  };
  CHECK(split("/a/b%20c/") == std::vector<std::string>{"a", "b%20c", ""});
  CHECK(split("/") == std::vector<std::string>{""});
  CHECK(split("").empty());
  CHECK(split("a") == std::vector<std::string>{"a"});
}

TEST_CASE("a path for the file system is decoded, and resolved below the root") {
  CHECK(resolve_path("/") == "");
  CHECK(resolve_path("/a/b%20c.html") == "a/b c.html");
  CHECK(resolve_path("/a/") == "a/");
  CHECK(resolve_path("/a/./b/../c") == "a/c");
  CHECK(resolve_path("/a/b/..") == "a/");
  CHECK(resolve_path("/a/..") == "");
  CHECK(resolve_path("/a/%2E%2e/b") == "b");
}

TEST_CASE("a path that climbs above the root or hides a separator is refused") {
  for (std::string_view path :
       {"/..", "/../a", "/a/../../b", "/%2e%2e/a", "/%2e./a", "/a%2fb", "/a%5Cb", "/a\\b", "/a%00b", "/%zz"}) {
    CHECK(resolve_path(path) == std::nullopt);
  }
}
