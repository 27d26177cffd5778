// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "behaviour/support/http_checks.h"
#include "behaviour/support/raw_client.h"
#include "behaviour/support/test_server.h"

namespace behaviour {
namespace {

using namespace std::string_literals;
using conformance::binary, conformance::close, conformance::continuation, conformance::ping, conformance::pong,
    conformance::text;
using conformance::close_payload, conformance::encode, conformance::Frame;

constexpr bool open = false;  // FIN clear

std::string frames(const std::vector<Frame>& list) {
  std::string out;
  for (const auto& frame : list) encode(out, frame);
  return out;
}

/// The script ends the connection with this code, whatever the delivery; nothing is echoed, and the ping that follows
/// is not answered.
void check_failed(int code, std::string_view script, std::string_view path = "/echo") {
  for (auto delivery : deliveries) {
    CAPTURE(name(delivery));
    auto ended = play_frames(server_port(), script, delivery, encode({ping, ""}), path);
    CHECK(ended.status == 101);
    CHECK(ended.frames.empty());
    CHECK(ended.code == code);
    CHECK(ended.dropped);
  }
}

/// A header that announces `length` octets in the 64-bit form; the mask is zero, no payload follows.
std::string announces(std::uint64_t length, std::uint8_t first = 0x82) {
  std::string header{static_cast<char>(first), '\xff'};
  for (int shift = 56; shift >= 0; shift -= 8) header += static_cast<char>(length >> shift);
  return header + std::string(4, '\0');
}

}  // namespace

TEST_CASE("F1: an unmasked frame is refused with 1002") { check_failed(1002, "\x81\x05hello"); }

TEST_CASE("F2: a reserved bit that nothing agreed on is refused with 1002") {
  for (std::uint8_t rsv = 1; rsv < 8; ++rsv) {
    CAPTURE(static_cast<int>(rsv));
    check_failed(1002, encode({text, "x", true, rsv}));
    check_failed(1002, encode({ping, "x", true, rsv}));
    check_failed(1002, frames({{text, "x", open}, {continuation, "y", true, rsv}}));
  }
}

TEST_CASE("F3: a reserved opcode is refused with 1002") {
  for (std::uint8_t opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CAPTURE(static_cast<int>(opcode));
    check_failed(1002, encode({opcode, "x"}));
    check_failed(1002, encode({opcode, ""}));
  }
}

TEST_CASE("F4: fragments out of order are refused with 1002") {
  check_failed(1002, encode({continuation, "x"}));
  check_failed(1002, encode({continuation, "x", open}));
  check_failed(1002, frames({{text, "x", open}, {text, "y"}}));
  check_failed(1002, frames({{binary, "x", open}, {text, "y", open}}));
}

TEST_CASE("F5: a control frame that is fragmented or longer than 125 is refused with 1002") {
  for (std::uint8_t opcode : {close, ping, pong}) {
    CAPTURE(static_cast<int>(opcode));
    check_failed(1002, encode({opcode, "", open}));
    check_failed(1002, encode({opcode, std::string(126, 'x')}));
  }
}

TEST_CASE("F6: a 64-bit length with its top bit set is refused with 1002") {
  check_failed(1002, announces(std::uint64_t{1} << 63));
  check_failed(1002, announces(~std::uint64_t{0}));
}

TEST_CASE("F7: a frame that will be too long is refused with 1009 when its header is read") {
  for (std::uint64_t length :
       {std::uint64_t{1'000'001}, std::uint64_t{1} << 31, (std::uint64_t{1} << 32) - 1, ~std::uint64_t{0} >> 1}) {
    CAPTURE(length);
    check_failed(1009, announces(length));
  }
  check_failed(1009, encode({text, std::string(1001, 'x')}).substr(0, 8), "/small");
}

TEST_CASE("F8: a length that could be shorter is refused with 1002") {
  check_failed(1002, "\x81\xfe\x00\x05\0\0\0\0hello"s);
  check_failed(1002, "\x81\xfe\x00\x7d\0\0\0\0"s + std::string(125, 'x'));
  check_failed(1002, announces(5, 0x81) + "hello");
  check_failed(1002, announces(65535, 0x81));
}

TEST_CASE("F10: a message of more than 131,072 fragments is refused with 1008") {
  auto one = encode({continuation, "x", open});
  auto ended = play_frames(server_port(), encode({text, "x", open}) + times(131'072, one), Delivery::whole);
  CHECK(ended.code == 1008);
  CHECK(ended.dropped);
}

TEST_CASE("F10: a message of 131,000 fragments is delivered") {
  RawClient client(server_port());
  client.send(upgrade());
  REQUIRE(client.answer().status == 101);
  client.send(encode({text, "x", open}) + times(130'998, encode({continuation, "x", open})) +
              encode({continuation, "x"}));
  auto echoed = client.frame();
  REQUIRE(echoed);
  CHECK(echoed->payload == std::string(131'000, 'x'));
}

TEST_CASE("F11: endless empty fragments are refused with 1008") {
  check_failed(1008, encode({text, "", open}) + times(70, encode({continuation, "", open})));
}

TEST_CASE("F12: fragments whose sum passes the limit are refused with 1009 at the header that does it") {
  auto script = encode({text, "x", open}) + times(998, encode({continuation, "x", open}));
  check_failed(1009, script + encode({continuation, "xx"}).substr(0, 6), "/small");
}

TEST_CASE("F13: pings are answered in their order") {
  RawClient client(server_port());
  client.send(upgrade());
  REQUIRE(client.answer().status == 101);
  std::string all;
  for (int i = 0; i < 100; ++i) encode(all, {ping, std::to_string(i)});
  client.send(all);
  for (int i = 0; i < 100; ++i) {
    auto answer = client.frame();
    REQUIRE(answer);
    CHECK(answer->opcode == pong);
    CHECK(answer->payload == std::to_string(i));
  }
}

TEST_CASE("F14: pongs that nobody asked for are ignored") {
  RawClient client(server_port());
  client.send(upgrade());
  REQUIRE(client.answer().status == 101);
  client.send(times(100, encode({pong, "unasked"})) + encode({text, "still here"}));
  auto echoed = client.frame();
  REQUIRE(echoed);
  CHECK(echoed->payload == "still here");
}

TEST_CASE("F15: ten thousand tiny frames in one write are all echoed") {
  RawClient client(server_port());
  client.send(upgrade());
  REQUIRE(client.answer().status == 101);
  client.send(times(10'000, encode({binary, "x"})));
  for (int i = 0; i < 10'000; ++i) {
    auto echoed = client.frame();
    REQUIRE(echoed);
    REQUIRE(echoed->payload == "x");
  }
}

TEST_CASE("F16: a close code that nobody may send is refused with 1002") {
  for (int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    CAPTURE(code);
    check_failed(1002, encode({close, close_payload(code)}));
  }
  check_failed(1002, encode({close, "x"}));
}

TEST_CASE("F16: other close codes are echoed, and a Close without one is answered") {
  for (int code : {1000, 1001, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    CAPTURE(code);
    check_failed(code, encode({close, close_payload(code, "bye")}));
  }
  for (auto delivery : deliveries) {
    auto ended = play_frames(server_port(), encode({close, ""}), delivery);
    CHECK(ended.code.has_value());
    CHECK((ended.code == 1000 || ended.code == 1005));
    CHECK(ended.dropped);
  }
}

TEST_CASE("F17: a close reason that is not UTF-8 is refused with 1007") {
  for (const auto* reason : {"\xff", "caf\xc3", "\xed\xa0\x80", "\xc0\xaf"})
    check_failed(1007, encode({close, close_payload(1000, reason)}));
}

TEST_CASE("F18: a peer that never answers a Close is dropped") {
  auto ended = play_frames(server_port(), encode({text, "leave"}), Delivery::whole, "", "/leaves");
  CHECK(ended.code == 1000);
  CHECK(ended.dropped);
}

TEST_CASE("F18: a connection that failed hears why although it goes on sending") {
  for (auto delivery : {Delivery::whole, Delivery::coalesced}) {
    auto flood = times(200, encode({binary, std::string(1000, 'x')}));
    auto ended = play_frames(server_port(), encode({continuation, "x"}), delivery, flood);
    CHECK(ended.code == 1002);
    CHECK(ended.dropped);
  }
}

TEST_CASE("F19: what follows a Close is ignored") {
  for (auto delivery : deliveries) {
    CAPTURE(name(delivery));
    auto ended = play_frames(server_port(), encode({close, close_payload(1000)}), delivery,
                             frames({{text, "late"}, {ping, ""}, {close, close_payload(1001)}}));
    CHECK(ended.frames.empty());
    CHECK(ended.code == 1000);
    CHECK(ended.dropped);
  }
}

TEST_CASE("F19: when both sides close at once there is one Close from each") {
  auto ended = play_frames(server_port(), frames({{text, "leave"}, {close, close_payload(1000)}}), Delivery::coalesced,
                           "", "/leaves");
  CHECK(ended.frames.empty());
  CHECK(ended.code == 1000);
  CHECK(ended.dropped);
}

}  // namespace behaviour
