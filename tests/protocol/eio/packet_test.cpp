// SPDX-License-Identifier: MIT
#include "protocol/eio/packet.h"

#include <doctest/doctest.h>

using namespace duplex;
using eio::Encoding;
using eio::Packet;
using eio::PacketType;

TEST_CASE("a text packet is its type and its data") {
  CHECK(eio::decode("4hello") == Packet{PacketType::message, Encoding::text, "hello"});
  CHECK(eio::decode("2probe") == Packet{PacketType::ping, Encoding::text, "probe"});
  CHECK(eio::decode("0") == Packet{PacketType::open, Encoding::text, ""});
  CHECK(eio::decode("6") == Packet{PacketType::noop, Encoding::text, ""});
  CHECK(eio::decode("bAQID") == Packet{PacketType::message, Encoding::base64, "AQID"});
}

TEST_CASE("E6: types 7 to 9, other characters and an empty packet are parse errors") {
  for (auto text : {"", "7", "8x", "9", "a", "B", "/", ":", " 4", "\x1e", "\xff"}) {
    CAPTURE(text);
    CHECK(!eio::decode(text));
  }
}

TEST_CASE("a binary WebSocket message has no type character") {
  CHECK(eio::decode_binary(as_bytes("4x")) == Packet{PacketType::message, Encoding::binary, "4x"});
}

TEST_CASE("packets are encoded as their type and their data") {
  Buffer out;
  eio::encode(out, PacketType::pong, "probe");
  eio::encode(out, PacketType::ping);
  CHECK(out.text() == "3probe2");
}
