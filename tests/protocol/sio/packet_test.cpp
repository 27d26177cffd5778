// SPDX-License-Identifier: MIT
#include "protocol/sio/packet.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "protocol/sio/event.h"
#include "support/allocations.h"

using namespace duplex;
using sio::Packet;
using sio::PacketType;

namespace {
Packet decoded(std::string_view text) {
  const auto packet = sio::decode(text);
  CAPTURE(std::string(text));
  REQUIRE(packet);
  return *packet;
}
std::error_code error(std::string_view text, const sio::DecodeOptions& options = {}) {
  return sio::decode(text, options).error();
}
}  // namespace

TEST_CASE("packets decode into type, namespace, ack id and payload") {
  CHECK(decoded("0") == Packet{PacketType::connect, 0, "/", {}, ""});
  CHECK(decoded(R"(0{"token":"x"})") == Packet{PacketType::connect, 0, "/", {}, R"({"token":"x"})"});
  CHECK(decoded("0/custom") == Packet{PacketType::connect, 0, "/custom", {}, ""});
  CHECK(decoded(R"(0/admin,{"token":"x"})") == Packet{PacketType::connect, 0, "/admin", {}, R"({"token":"x"})"});
  CHECK(decoded("1") == Packet{PacketType::disconnect, 0, "/", {}, ""});
  CHECK(decoded("1/custom,") == Packet{PacketType::disconnect, 0, "/custom", {}, ""});
  CHECK(decoded(R"(2["echo","a",1])") == Packet{PacketType::event, 0, "/", {}, R"(["echo","a",1])"});
  CHECK(decoded(R"(27["echo"])") == Packet{PacketType::event, 0, "/", 7, R"(["echo"])"});
  CHECK(decoded(R"(2/admin,12["echo"])") == Packet{PacketType::event, 0, "/admin", 12, R"(["echo"])"});
  CHECK(decoded(R"(30["yes",2])") == Packet{PacketType::ack, 0, "/", 0, R"(["yes",2])"});
  CHECK(decoded("37[]") == Packet{PacketType::ack, 0, "/", 7, "[]"});
  CHECK(decoded(R"(4{"message":"no"})") == Packet{PacketType::connect_error, 0, "/", {}, R"({"message":"no"})"});
  CHECK(decoded(R"(4"no")") == Packet{PacketType::connect_error, 0, "/", {}, R"("no")"});
  CHECK(decoded(R"(52-["bin",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]])").attachments == 2);
  CHECK(decoded(R"(61-/admin,8[{"_placeholder":true,"num":0}])") ==
        Packet{PacketType::binary_ack, 1, "/admin", 8, R"([{"_placeholder":true,"num":0}])"});
}

TEST_CASE("S1: an event or ack without payload is tolerated, and asks for nothing") {
  CHECK(decoded("2") == Packet{PacketType::event, 0, "/", {}, ""});
  CHECK(decoded("3") == Packet{PacketType::ack, 0, "/", {}, ""});
  CHECK(decoded("30") == Packet{PacketType::ack, 0, "/", 0, ""});
}

TEST_CASE("S1: an event's payload is an array that begins with its name, which is no reserved one") {
  for (auto text : {"2[]", "2[null]", "2[{}]", "2[[]]", "2[true]", "2{}", "2\"x\"", "2null"}) {
    CAPTURE(text);
    CHECK(error(text) == sio::Errc::wrong_payload);
  }
  for (auto name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "\\u0063onnect",
        "\\u0064\\u0069\\u0073\\u0063\\u006f\\u006e\\u006e\\u0065\\u0063\\u0074\\u0069\\u006e\\u0067"}) {
    CAPTURE(name);
    CHECK(error("2[\"" + std::string(name) + "\"]") == sio::Errc::reserved_event);
    CHECK(error("2[ \"" + std::string(name) + "\" ,1]") == sio::Errc::reserved_event);
    CHECK(error("51-[\"" + std::string(name) + "\"]") == sio::Errc::reserved_event);
  }
  CHECK(decoded(R"(2["error"])").payload == R"(["error"])");
  CHECK(decoded(R"(2["connection"])").payload == R"(["connection"])");
  CHECK(decoded(R"(2["connec"])").payload == R"(["connec"])");
  CHECK(decoded("2[5]").payload == "[5]");
  CHECK(decoded("2[-5.5,1]").payload == "[-5.5,1]");
}

TEST_CASE("S2: an ack id is an integer of at most 2^53 - 1, in at most 16 digits") {
  CHECK(decoded(R"(29007199254740991["x"])").id == 9007199254740991);
  CHECK(error(R"(29007199254740992["x"])") == sio::Errc::bad_ack_id);
  CHECK(error("2" + std::string(17, '1') + R"(["x"])") == sio::Errc::bad_ack_id);
  CHECK(error("2" + std::string(400, '9') + R"(["x"])") == sio::Errc::bad_ack_id);
  CHECK(error("3" + std::string(400, '9')) == sio::Errc::bad_ack_id);
  CHECK(error(R"(2abc["x"])") == sio::Errc::not_json);
  CHECK(error(R"(2-1["x"])") == sio::Errc::not_json);
  CHECK(error(R"(21.5["x"])") == sio::Errc::not_json);
}

TEST_CASE("S4: a number of attachments other than 1 to 10 is refused") {
  for (auto count : {"", "-1", "1.5", "0x2", " 1", "a", "1e0", "9999999999999999999999"}) {
    CAPTURE(count);
    CHECK(error("5" + std::string(count) + R"(-["x"])") == sio::Errc::bad_attachment_count);
  }
  CHECK(error(R"(511-["x"])") == sio::Errc::too_many_attachments);
  CHECK(error(R"(5999999-["x"])") == sio::Errc::too_many_attachments);
  CHECK(error(R"(611-[])") == sio::Errc::too_many_attachments);
  CHECK(error("5") == sio::Errc::bad_attachment_count);
  CHECK(error("51") == sio::Errc::bad_attachment_count);
  CHECK(error(R"(5["x"])") == sio::Errc::bad_attachment_count);
  CHECK(decoded(R"(510-["x"])").attachments == 10);
  CHECK(*sio::decode(R"(511-["x"])", {.max_attachments = 11}) ==
        Packet{PacketType::binary_event, 11, "/", {}, R"(["x"])"});
}

TEST_CASE("S5: a binary event without attachments is refused") {
  CHECK(error(R"(50-["x"])") == sio::Errc::bad_attachment_count);
  CHECK(error(R"(60-[])") == sio::Errc::bad_attachment_count);
  CHECK(error(R"(500-["x"])") == sio::Errc::bad_attachment_count);
}

TEST_CASE("S6: a placeholder names an attachment that is announced, by an integer") {
  const auto with = [](std::string_view num) {
    return error(R"(52-["x",[{"a":{"_placeholder":true,"num":)" + std::string(num) + "}}]]");
  };
  for (auto num : {"0", "1", "1.0", "1e0", "-0"}) CHECK(!with(num));
  for (auto num : {"2", "-1", "0.5", "1e999", "\"0\"", "null", "[0]", "{}", "true"}) {
    CAPTURE(num);
    CHECK(with(num) == sio::Errc::bad_placeholder);
  }
  CHECK(error(R"(51-["x",{"_placeholder":true}])") == sio::Errc::bad_placeholder);
  CHECK(error(R"(51-["x",{"\u005fplaceholder":true,"num":1}])") == sio::Errc::bad_placeholder);
  CHECK(error(R"(51-["x",{"_placeholder":false,"num":0,"num":1,"_placeholder":true}])") == sio::Errc::bad_placeholder);
  CHECK(error(R"(51-["x",{"a":{"_placeholder":true,"num":7},"_placeholder":true}])") == sio::Errc::bad_placeholder);
}

TEST_CASE(
    "S6: the same attachment twice, or none of them, is allowed; what is within a placeholder is never looked at") {
  CHECK(!error(R"(51-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])"));
  CHECK(!error(R"(51-["x"])"));
  CHECK(!error(R"(51-["x",{"_placeholder":1,"num":5},{"_placeholder":"true","num":9}])"));
  CHECK(!error(R"(51-["x",{"_placeholder":true,"num":0,"in":[{"_placeholder":true,"num":9}]}])"));
  CHECK(!error(R"(51-["x",{"_placeholder":true,"num":3,"num":0}])"));
  CHECK(!error(R"(51-["_placeholder",true,{"x":"_placeholder","num":9}])"));
}

TEST_CASE("S8: a payload nested deeper than 256 is refused, strange numbers and equal keys are not") {
  CHECK(error(R"(2["x",)" + std::string(50'000, '[') + std::string(50'000, ']') + "]") == sio::Errc::too_deep);
  CHECK(!error(R"(2["x",)" + std::string(255, '[') + std::string(255, ']') + "]"));
  CHECK(error(R"(2["x",)" + std::string(256, '[') + std::string(256, ']') + "]") == sio::Errc::too_deep);
  CHECK(!error(R"(2["x",1e999,{"a":1,"a":2},"\u0000",)" + std::string(5000, '7') + "]"));
}

TEST_CASE("S10: a namespace is at most 512 bytes, without `?`, `..` or control characters") {
  CHECK(decoded("0/" + std::string(511, 'n')).nsp.size() == 512);
  CHECK(error("0/" + std::string(512, 'n')) == sio::Errc::bad_namespace);
  CHECK(error("0/" + std::string(900'000, 'n') + ",") == sio::Errc::bad_namespace);
  CHECK(error("0/admin?token=1,") == sio::Errc::bad_namespace);
  CHECK(error("0/../admin,") == sio::Errc::bad_namespace);
  CHECK(error(std::string_view("0/a\0b,", 6)) == sio::Errc::bad_namespace);
  CHECK(error("0/a\nb,") == sio::Errc::bad_namespace);
  CHECK(decoded("0/é,").nsp == "/é");
}

TEST_CASE("S13: auth is an object") {
  for (auto text : {"0[1]", "0\"x\"", "0null", "0true"}) {
    CAPTURE(text);
    CHECK(error(text) == sio::Errc::wrong_payload);
  }
  CHECK(!error("0{}"));
  CHECK(!error(R"(0{"pid":5,"offset":[]})"));
}

TEST_CASE("the other closing offences") {
  CHECK(error("") == sio::Errc::unknown_type);
  CHECK(error("7") == sio::Errc::unknown_type);
  CHECK(error("abc") == sio::Errc::unknown_type);
  CHECK(error(" [\"x\"]") == sio::Errc::unknown_type);
  CHECK(error("2[\"x\"") == sio::Errc::not_json);
  CHECK(error("2[\"x\"]]") == sio::Errc::not_json);
  CHECK(error("1{}") == sio::Errc::wrong_payload);
  CHECK(error("1[]") == sio::Errc::wrong_payload);
  CHECK(error("3{}") == sio::Errc::wrong_payload);
  CHECK(error("4[]") == sio::Errc::wrong_payload);
  CHECK(error("45") == std::error_code());  // an ack id that means nothing, as in Node
  CHECK(error("2 [\"x\"]") == sio::Errc::wrong_payload);
}

TEST_CASE("a packet that is not UTF-8 is refused, wherever the bad byte is") {
  CHECK(error("2[\"\xff\"]") == sio::Errc::not_utf8);
  CHECK(error("0/\xff,") == sio::Errc::not_utf8);
  CHECK(!error("2[\"é\"]", {.utf8_known = true}));
}

TEST_CASE("decoding an event allocates nothing") {
  CHECK(duplex::testing::allocations_during(
            [] { CHECK(sio::decode(R"(2/chat,12["say","lobby",{"text":"hi","n":[1,2,3]}])")); }) == 0);
  CHECK(duplex::testing::allocations_during(
            [] { CHECK(sio::decode(R"(51-["say",{"_placeholder":true,"num":0}])")); }) == 0);
}

TEST_CASE("a plain event is taken apart as any other event is") {
  const auto check = [](std::string_view text) {
    CAPTURE(text);
    sio::EventParts event;
    std::optional<std::uint64_t> ack;
    REQUIRE(sio::decode_plain_event(text, {}, event, ack));
    const auto packet = sio::decode(text);
    REQUIRE(packet.has_value());
    CHECK(packet->type == sio::PacketType::event);
    CHECK(packet->nsp == "/");
    CHECK(packet->id == ack);
    CHECK(packet->payload == event.payload);
    json::Scratch scratch;
    const auto split = sio::split_event(packet->payload, scratch);
    CHECK(split.name == event.name);
    CHECK(split.arguments == event.arguments);
  };
  check(R"(2["m"])");
  check(R"(2["m","twenty bytes of text"])");
  check(R"(20["m"])");
  check(R"(212["say","lobby",{"text":"hello everybody","n":[1,2,3],"to":null}])");
  check(R"(29007199254740991[ "m" , 1 ])");
  check(R"(2["connected"])");
  check(R"(2["renewListener"])");
}

TEST_CASE("what is no plain event is left to the decoder") {
  for (const std::string_view text : {"",
                                      "2",
                                      "20",
                                      "0",
                                      "1",
                                      "3[]",
                                      R"(4{"message":"no"})",
                                      "2{}",
                                      "2[]",
                                      "2[1]",
                                      R"(2["\u006d"])",
                                      R"(2/a,["m"])",
                                      R"(2/,["m"])",
                                      R"(29007199254740992["m"])",
                                      R"(212345678901234567["m"])",
                                      R"(2["connect"])",
                                      R"(2["disconnecting",1])",
                                      R"(2["m")",
                                      R"(2["m"]])",
                                      R"(2["m",])",
                                      R"(51-["m",{"_placeholder":true,"num":0}])",
                                      R"(3["m"])"}) {
    CAPTURE(text);
    sio::EventParts event;
    std::optional<std::uint64_t> ack;
    CHECK_FALSE(sio::decode_plain_event(text, {}, event, ack));
  }
}

TEST_CASE("a name that is kept for Socket.IO is known by its first bytes already") {
  for (const std::string_view name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    for (const std::string& payload : {"[\"" + std::string(name) + "\"]", "[ \"" + std::string(name) + "\",1]"}) {
      CHECK(sio::may_have_reserved_name(payload));
      CHECK(sio::has_reserved_name(payload));
    }
  CHECK(sio::has_reserved_name(R"(["\u0063onnect"])"));
  CHECK(sio::has_reserved_name(R"(["c\u006fnnect"])"));
  for (const std::string_view payload :
       {R"(["connected"])", R"(["con"])", R"(["newListeners"])", R"([""])", R"(["c"])", R"(["\\"])"})
    CHECK_FALSE(sio::has_reserved_name(payload));
}
