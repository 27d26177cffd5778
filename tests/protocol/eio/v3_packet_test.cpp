// SPDX-License-Identifier: MIT
#include "protocol/eio/v3_packet.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace duplex;
using namespace duplex::testing;
using eio::Encoding;
using eio::Packet;
using eio::PacketType;

TEST_CASE("packets of version 3 are those of version 4, but base64 keeps its type") {
  CHECK(eio::v3::decode("4hello") == Packet{PacketType::message, Encoding::text, "hello"});
  CHECK(eio::v3::decode("2probe") == Packet{PacketType::ping, Encoding::text, "probe"});
  CHECK(eio::v3::decode("6") == Packet{PacketType::noop, Encoding::text, ""});
  CHECK(eio::v3::decode("b4AQID") == Packet{PacketType::message, Encoding::base64, "AQID"});
  CHECK(eio::v3::decode("b4") == Packet{PacketType::message, Encoding::base64, ""});
}

TEST_CASE("E6: an empty packet, one of an unknown type and bytes that are no message are none") {
  for (const char* text : {"", "7", "x", "b", "bAQID", "b2AQID", "b"}) {
    CAPTURE(text);
    CHECK_FALSE(eio::v3::decode(text));
  }
  CHECK_FALSE(eio::v3::decode_binary({}));
  CHECK_FALSE(eio::v3::decode_binary(hex("02 01")));
  CHECK_FALSE(eio::v3::decode_binary(hex("34 01")));  // '4' is not 4
}

TEST_CASE("bytes over a WebSocket follow their type, and make the round trip") {
  const auto bytes = hex("04 00 ff 04");
  const auto packet = eio::v3::decode_binary(bytes);
  REQUIRE(packet);
  CHECK(packet->type == PacketType::message);
  CHECK(packet->encoding == Encoding::binary);
  Buffer again;
  eio::v3::encode_binary(again, as_bytes(packet->data));
  CHECK(again.text() == as_text(ConstBytes(bytes)));
}

TEST_CASE("for a client that takes no bytes they are text") {
  Buffer out;
  eio::v3::encode_as_text(out, hex("01 02 03 04"));
  CHECK(out.text() == "b4AQIDBA==");
  out.clear();
  eio::v3::encode_as_text(out, {});
  CHECK(out.text() == "b4");
}
