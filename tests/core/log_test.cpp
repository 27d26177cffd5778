// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace duplex;

TEST_CASE("R17: a line of the log is escaped, at most 1 KiB, and of at least the level that was asked for") {
  std::vector<std::string> lines;
  Log log([&](const LogRecord& r) { lines.emplace_back(std::string(r.component) + ": " + std::string(r.text)); },
          LogLevel::warning);
  log.write(LogLevel::info, "http", "not this one");
  log.write(LogLevel::error, "http", "GET /\x1b[2J\r\nforged\xc2\x85\x7f");
  log.write(LogLevel::warning, "http", std::string(5'000, 'a'));
  log.write(LogLevel::warning, "http", std::string(5'000, '\0'));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "http: GET /\\x1b[2J\\x0d\\nforged\\xc2\\x85\\x7f");
  CHECK(lines[1].size() <= 1024 + 6);
  CHECK(lines[1].ends_with("..."));
  CHECK(lines[2].size() <= 1024 + 6);
}

TEST_CASE("R17: a flood is cut off, and then counted") {
  std::size_t lines = 0;
  Log log([&](const LogRecord&) { ++lines; });
  for (int i = 0; i < 10'000; ++i) log.write(LogLevel::warning, "http", "the same again");
  CHECK(lines <= 300);  // a second may end meanwhile
  CHECK(lines >= 100);
}
