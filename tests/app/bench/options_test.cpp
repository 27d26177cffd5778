// SPDX-License-Identifier: MIT
#include "app/bench/options.h"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "app/bench/bench.h"

using namespace duplex::bench;

namespace {

/// The options of a command line, or what is wrong with it.
std::string parse(Options& options, std::vector<std::string> arguments) {
  auto parsed = std::make_shared<Options>();
  CLI::App verb;
  add_options(verb, parsed);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    verb.parse(arguments);
  } catch (const CLI::ParseError& wrong) {
    return wrong.what();
  }
  options = *parsed;
  return complaint_about(options).value_or("");
}

std::string complaint(std::vector<std::string> arguments) {
  Options options;
  return parse(options, std::move(arguments));
}

}  // namespace

TEST_CASE("a command line says what to do") {
  Options options;
  REQUIRE(parse(options,
                {"ws://127.0.0.1:9001/", "--mode", "broadcast", "--connections", "1000", "--size", "64", "--content",
                 "cjk", "--publishes", "16", "--server-pid", "1", "--server-pid", "2", "--json"}) == "");
  CHECK(options.target.port == 9001);
  CHECK(options.mode == Mode::broadcast);
  CHECK(options.content == Content::cjk);
  CHECK(options.connections == 1000);
  CHECK(options.size == 64);
  CHECK(options.publishes == 16);
  CHECK(options.server_pids == std::vector{1, 2});
  CHECK(options.json);
}

TEST_CASE("what makes no sense is named") {
  const std::string url = "ws://127.0.0.1:9001/";
  CHECK(complaint({}).find("url") != std::string::npos);
  CHECK(complaint({"127.0.0.1:9001"}).find("127.0.0.1:9001") != std::string::npos);
  CHECK(complaint({url, "--mode", "ecco"}).find("--mode") != std::string::npos);
  CHECK(complaint({url, "--connections", "0"}).find("--connections") != std::string::npos);
  CHECK(complaint({url, "--content", "json", "--size", "5"}).find("24") != std::string::npos);
  CHECK(complaint({url, "--rate", "100", "--in-flight", "4"}).find("--rate") != std::string::npos);
  CHECK(complaint({url, "--rate", "100", "--mode", "idle"}).find("--rate") != std::string::npos);
  CHECK(complaint({url, "--publishes", "4"}).find("--publishes") != std::string::npos);
  CHECK(complaint({url, "--insecure"}).find("--insecure") != std::string::npos);
  CHECK(complaint({url, "--processes", "0"}).find("--processes") != std::string::npos);
  CHECK(complaint({url, "--processes", "4"}) == "");
  CHECK(complaint({url, "--processes", "4", "--connections", "3"}).find("too few") != std::string::npos);
  CHECK(complaint({url, "--processes", "4", "--messages", "100"}).find("--messages") != std::string::npos);
  CHECK(complaint({url, "--processes", "4", "--mode", "broadcast", "--publishers", "2"}) == "");
  CHECK(complaint({url, "--transport", "pigeon"}).find("--transport") != std::string::npos);
  CHECK(complaint({url, "--transport", "polling"}).find("goes with Socket.IO") != std::string::npos);
  CHECK(complaint({url, "--socket-io", "--transport", "polling"}) == "");
  CHECK(complaint({url, "--socket-io", "--transport", "polling", "--deflate"}).find("--deflate") != std::string::npos);
  CHECK(complaint({url, "--socket-io", "--transport", "upgrade", "--deflate"}) == "");
  CHECK(complaint({url, "--publishers", "4"}).find("--publishers") != std::string::npos);
  CHECK(complaint({url, "--mode", "broadcast", "--publishers", "4"}) == "");
  CHECK(complaint({url, "--mode", "broadcast", "--publishers", "4", "--connections", "3"}).find("too few") !=
        std::string::npos);
  CHECK(complaint({url, "--mode", "broadcast", "--publishers", "4", "--size", "3"}).find("4") != std::string::npos);
  CHECK(complaint({url, "--mode", "broadcast", "--publishers", "0"}).find("--publishers") != std::string::npos);
}
