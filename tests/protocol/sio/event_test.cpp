// SPDX-License-Identifier: MIT
#include "protocol/sio/event.h"

#include <doctest/doctest.h>

#include "support/allocations.h"

using namespace duplex;

TEST_CASE("an event is taken apart into its name and its arguments") {
  json::Scratch scratch;
  const auto check = [&](std::string_view payload, std::string_view name, std::string_view arguments) {
    const auto event = sio::split_event(payload, scratch);
    CHECK(event.name == name);
    CHECK(event.arguments == arguments);
  };
  check(R"(["say"])", "say", "");
  check(R"(["say","a,b]",{"x":[1]}])", "say", R"("a,b]",{"x":[1]})");
  check(R"([ "say" , 1 , 2 ] )", "say", "1 , 2");
  check(R"([""])", "", "");
  check(R"(["s\u00e9\"",1])", "sé\"", "1");
}

TEST_CASE("a name that is a number reads as JavaScript writes it") {
  json::Scratch scratch;
  CHECK(sio::split_event("[5]", scratch).name == "5");
  CHECK(sio::split_event("[5.0,1]", scratch).name == "5");
  CHECK(sio::split_event("[1e3,1]", scratch).name == "1000");
  CHECK(sio::split_event("[1e3,1]", scratch).arguments == "1");
}

TEST_CASE("an ordinary name is not copied") {
  json::Scratch scratch;
  const std::string_view payload = R"(["say",1])";
  sio::EventParts event;
  CHECK(duplex::testing::allocations_during([&] { event = sio::split_event(payload, scratch); }) == 0);
  CHECK(event.name.data() == payload.data() + 2);
}

TEST_CASE("an ack's arguments are what stands between its brackets") {
  CHECK(sio::ack_arguments("[]") == "");
  CHECK(sio::ack_arguments("[ ] ") == "");
  CHECK(sio::ack_arguments(R"(["yes",[2]] )") == R"("yes",[2])");
}
