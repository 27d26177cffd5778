// SPDX-License-Identifier: MIT
#include "app/bench/content.h"

#include <doctest/doctest.h>

#include <set>

#include "app/bench/tag.h"
#include "app/bench/unit.h"
#include "core/bytes.h"
#include "core/utf8.h"
#include "protocol/eio/base64.h"
#include "protocol/json/validate.h"
#include "protocol/sio/packet.h"

using namespace duplex;
using namespace duplex::bench;

TEST_CASE("content has exactly the size that was asked for, and is what it says") {
  for (const Content content : {Content::ascii, Content::cjk, Content::binary, Content::json})
    for (std::size_t size = smallest(content); size < 4200; size += size < 300 ? 1 : 311) {
      const std::string made = make_content(content, size, 7);
      REQUIRE(made.size() == size);
      if (content != Content::binary) CHECK(is_valid_utf8(as_bytes(made)));
      if (content == Content::json) CHECK(json::validate(made) == json::Fault::none);
    }
}

TEST_CASE("content with a tag has that size, too, and the tag where it begins") {
  for (const Content content : {Content::ascii, Content::cjk, Content::binary, Content::json})
    for (std::size_t size = smallest(content, true); size < 500; ++size) {
      const std::string tag = tag_of(4097), made = tagged_content(content, size, 7, tag);
      REQUIRE(made.size() == size);
      CHECK(made.find(tag) == (content == Content::json ? 7 : 0));
      if (content != Content::binary) CHECK(is_valid_utf8(as_bytes(made)));
      if (content == Content::json) CHECK(json::validate(made) == json::Fault::none);
    }
}

TEST_CASE("a publisher is known by its tag, in base64 too") {
  constexpr std::size_t many = 5000;
  const Tags plain(many, false), encoded(many, true);
  for (const std::size_t publisher : {0, 1, 63, 64, 4095, 4096, 4999}) {
    const std::string tag = tag_of(publisher);
    CHECK(plain.find(as_bytes(tag + "and more")) == publisher);
    Buffer base64;
    eio::encode_base64(base64, as_bytes(tag + "and more"));
    CHECK(encoded.find(std::as_const(base64).bytes()) == publisher);
  }
  CHECK(plain.find(as_bytes(tag_of(many))) == std::nullopt);
  CHECK(plain.find(as_bytes("AAA")) == std::nullopt);
}

TEST_CASE("each publisher's messages are its own, all different") {
  std::set<std::string> seen;
  const auto units = make_units(Content::ascii, 20, false, 3);
  for (const Unit& unit : units) seen.insert(unit.front().payload);
  CHECK(seen.size() == units.size());
  CHECK(units.size() % 3 == 0);
  CHECK(units[units.size() / 3].front().payload.starts_with(tag_of(1)));
}

TEST_CASE("CJK content is three-byte characters") {
  const std::string made = make_content(Content::cjk, 300, 0);
  for (std::size_t i = 0; i < made.size(); i += 3) CHECK((static_cast<unsigned char>(made[i]) & 0xf0) == 0xe0);
}

TEST_CASE("the messages of a sender are all different, so that a reply out of turn shows") {
  for (const Content content : {Content::ascii, Content::cjk, Content::binary, Content::json})
    for (const std::size_t size : {24, 1024, 65536}) {
      std::set<std::string> seen;
      const auto units = make_units(content, size, false);
      for (const Unit& unit : units) seen.insert(unit.front().payload);
      CHECK(seen.size() == units.size());
      CHECK(units.size() >= 2);
    }
}

TEST_CASE("Socket.IO messages are packets that the codec takes") {
  for (const Content content : {Content::ascii, Content::cjk, Content::binary, Content::json})
    for (const Unit& unit : make_units(content, 50, true)) {
      REQUIRE(unit.front().payload.front() == '4');  // Engine.IO: message
      const auto packet = sio::decode(std::string_view(unit.front().payload).substr(1));
      REQUIRE(packet);
      CHECK(packet->type == (content == Content::binary ? sio::PacketType::binary_event : sio::PacketType::event));
      CHECK(packet->attachments + 1 == unit.size());
    }
}
