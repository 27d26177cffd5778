// SPDX-License-Identifier: MIT
#include "protocol/sio/encode.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex;
using sio::Packet;
using sio::PacketType;

namespace {
template <class F>
std::string encoded(F&& encode) {
  Buffer out;
  encode(out);
  return std::string(out.text());
}
}  // namespace

TEST_CASE("what is encoded decodes to the same packet") {
  for (auto text : {"0", R"(0/admin,{"a":1})", "1", "1/admin,", R"(2["echo"])", R"(2/admin,12["echo",1])", "37[]",
                    R"(52-/admin,3["x",{"_placeholder":true,"num":1}])", R"(61-8[{"_placeholder":true,"num":0}])",
                    R"(4{"message":"m"})"}) {
    CAPTURE(text);
    const auto packet = sio::decode(text);
    REQUIRE(packet);
    CHECK(encoded([&](Buffer& out) { sio::encode(out, *packet); }) == text);
  }
}

TEST_CASE("the answers to CONNECT are those of the protocol") {
  CHECK(encoded([](Buffer& out) { sio::encode_connect(out, "/", "QtrT6ydbObNTmAflAAAB"); }) ==
        R"(0{"sid":"QtrT6ydbObNTmAflAAAB"})");
  CHECK(encoded([](Buffer& out) { sio::encode_connect(out, "/admin", "s", "p"); }) ==
        R"(0/admin,{"sid":"s","pid":"p"})");
  CHECK(encoded([](Buffer& out) { sio::encode_connect_error(out, "/nope", "Invalid namespace"); }) ==
        R"(4/nope,{"message":"Invalid namespace"})");
  CHECK(encoded([](Buffer& out) { sio::encode_connect_error(out, "/", "a\"b", json::View(R"({"code":1})")); }) ==
        R"(4{"message":"a\"b","data":{"code":1}})");
  CHECK(encoded([](Buffer& out) { sio::encode_disconnect(out, "/"); }) == "1");
  CHECK(encoded([](Buffer& out) { sio::encode_disconnect(out, "/admin"); }) == "1/admin,");
}

TEST_CASE("recovery's offset becomes the last argument of an event that is encoded already") {
  const auto with_offset = [](std::string_view packet) {
    Buffer out;
    out.append(packet);
    sio::append_argument(out, "Q7uW8j4");
    return std::string(out.text());
  };
  CHECK(with_offset(R"(2["roommsg","r1"])") == R"(2["roommsg","r1","Q7uW8j4"])");
  CHECK(with_offset(R"(2["tick"])") == R"(2["tick","Q7uW8j4"])");
  CHECK(with_offset(R"(51-["b",{"_placeholder":true,"num":0}])") ==
        R"(51-["b",{"_placeholder":true,"num":0},"Q7uW8j4"])");
}
