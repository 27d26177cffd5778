// SPDX-License-Identifier: MIT
#include "protocol/sio/reconstruct.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace duplex;
using sio::Packet;

namespace {
Packet announcing(std::string_view text) {
  const auto packet = sio::decode(text);
  REQUIRE(packet);
  return *packet;
}
}  // namespace

TEST_CASE("a packet is complete when its last attachment is here") {
  sio::BinaryAssembler assembler;
  std::string text = R"(52-/admin,7["x",{"_placeholder":true,"num":1}])";
  REQUIRE(assembler.begin(announcing(text)));
  text.assign(text.size(), '?');  // the receive buffer is used again
  CHECK(assembler.waiting());
  CHECK(*assembler.add(as_bytes("one")) == false);
  CHECK(*assembler.add(as_bytes("")) == true);
  CHECK(!assembler.waiting());
  CHECK(assembler.packet() ==
        Packet{sio::PacketType::binary_event, 2, "/admin", 7, R"(["x",{"_placeholder":true,"num":1}])"});
  REQUIRE(assembler.attachments().size() == 2);
  CHECK(as_text(assembler.attachments()[0]) == "one");
  CHECK(assembler.attachments()[1].empty());
  assembler.clear();
  CHECK(assembler.size() == 0);
}

TEST_CASE("the assembler is used again for the next packet") {
  sio::BinaryAssembler assembler;
  for (auto text : {"first", "second"}) {
    REQUIRE(assembler.begin(announcing(R"(51-["x"])")));
    CHECK(*assembler.add(as_bytes(text)) == true);
    CHECK(as_text(assembler.attachments()[0]) == text);
  }
}

TEST_CASE("S4: ten attachments are collected") {
  sio::BinaryAssembler assembler;
  REQUIRE(assembler.begin(announcing(R"(510-["x"])")));
  for (int i = 0; i < 10; ++i)
    CHECK(*assembler.add(as_bytes(std::string(static_cast<std::size_t>(i), 'x'))) == (i == 9));
  for (std::size_t i = 0; i < 10; ++i) CHECK(assembler.attachments()[i].size() == i);
}

TEST_CASE("S7: an attachment that nobody announced is refused") {
  sio::BinaryAssembler assembler;
  CHECK(assembler.add(as_bytes("x")).error() == sio::Errc::unexpected_binary);
  REQUIRE(assembler.begin(announcing(R"(51-["x"])")));
  REQUIRE(assembler.add(as_bytes("x")));
  CHECK(assembler.add(as_bytes("y")).error() == sio::Errc::unexpected_binary);
}

TEST_CASE("S7: a packet while attachments are due is refused, and what is held can be freed") {
  sio::BinaryAssembler assembler;
  REQUIRE(assembler.begin(announcing(R"(52-["x"])")));
  REQUIRE(assembler.add(as_bytes("pending")));
  CHECK(assembler.begin(announcing(R"(51-["y"])")).error() == sio::Errc::unexpected_text);
  CHECK(assembler.size() > 0);
  assembler.clear();
  CHECK(assembler.size() == 0);
  CHECK(!assembler.waiting());
}

TEST_CASE("attachments are bounded together") {
  sio::BinaryAssembler assembler(100);
  REQUIRE(assembler.begin(announcing(R"(53-["x"])")));
  REQUIRE(assembler.add(as_bytes(std::string(60, 'a'))));
  CHECK(assembler.add(as_bytes(std::string(60, 'a'))).error() == sio::Errc::attachments_too_large);
  sio::BinaryAssembler tiny(3);
  CHECK(tiny.begin(announcing(R"(51-["long"])")).error() == sio::Errc::attachments_too_large);
}
