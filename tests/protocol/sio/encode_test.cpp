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
  const auto written = [](auto&& write) {
    std::string payload;
    write(payload);
    return payload;
  };
  CHECK(written([](std::string& out) { sio::write_session(out, "QtrT6ydbObNTmAflAAAB"); }) ==
        R"({"sid":"QtrT6ydbObNTmAflAAAB"})");
  CHECK(written([](std::string& out) { sio::write_session(out, "s", "p"); }) == R"({"sid":"s","pid":"p"})");
  CHECK(written([](std::string& out) { sio::write_refusal(out, "Invalid namespace"); }) ==
        R"({"message":"Invalid namespace"})");
  CHECK(written([](std::string& out) { sio::write_refusal(out, "a\"b", json::View(R"({"code":1})")); }) ==
        R"({"message":"a\"b","data":{"code":1}})");
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
