// SPDX-License-Identifier: MIT
#include "app/bench/inbound.h"

#include <doctest/doctest.h>

#include "protocol/ws/deflate_contexts.h"
#include "protocol/ws/message_encoder.h"
#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::bench;

namespace {

/// What is made of some bytes, fed in pieces.
struct Heard {
  std::uint64_t messages = 0;
  std::vector<std::string> others = {};
  bool failed = false;
};

void hear(Heard& heard, Inbound& inbound, const Expected& expected, std::vector<std::byte> bytes) {
  if (heard.failed) return;
  inbound.feed(bytes);
  while (const auto arrival = inbound.next(expected)) {
    const std::string payload(as_text(arrival->payload));
    if (arrival->kind == Arrival::messages) heard.messages += arrival->count;
    if (arrival->kind == Arrival::ping) heard.others.push_back("ping " + payload);
    if (arrival->kind == Arrival::packet) heard.others.push_back("packet " + payload);
    if (arrival->kind == Arrival::close) heard.others.push_back("close " + std::to_string(arrival->close_code));
    heard.failed = arrival->kind == Arrival::wrong;
    if (heard.failed) heard.others.push_back("wrong: " + std::string(arrival->why));
    if (heard.failed) return;
  }
}

/// Fed whole, byte by byte, and split at every offset: always the same.
void check_all_splits(const Expected& expected, ConstBytes bytes, std::uint64_t messages,
                      const std::vector<std::string>& others = {}) {
  duplex::testing::for_each_split(bytes, [&](const std::vector<std::vector<std::byte>>& pieces) {
    Heard heard;
    Inbound inbound(expected);
    for (const auto& piece : pieces) hear(heard, inbound, expected, piece);
    INFO(pieces.size() << " pieces, the first of " << pieces[0].size() << " bytes");
    CHECK(heard.messages == messages);
    CHECK(heard.others == others);
  });
}

void append(Buffer& out, const Unit& unit) {
  for (const Part& part : unit) ws::encode(out, part.opcode, as_bytes(part.payload));
}

const std::vector<Unit> three = {
    {{ws::Opcode::text, "alpha"}}, {{ws::Opcode::text, "beta!"}}, {{ws::Opcode::text, "gamma"}}};

}  // namespace

TEST_CASE("whole plain frames in order are counted, round after round") {
  const Expected expected(three, false);
  Buffer bytes;
  for (int i = 0; i < 7; ++i) append(bytes, three[static_cast<std::size_t>(i) % 3]);
  check_all_splits(expected, bytes.bytes(), 7);
}

TEST_CASE("a read larger than the arena is compared to its end") {
  const auto units = make_units(Content::binary, 60'000, false);
  const Expected expected(units, false);
  Buffer bytes;
  for (std::size_t i = 0; i < 20; ++i) append(bytes, units[i % units.size()]);
  Heard heard;
  Inbound inbound;
  hear(heard, inbound, expected, {bytes.bytes().begin(), bytes.bytes().end()});
  CHECK(heard.messages == 20);
  CHECK(heard.others.empty());
}

TEST_CASE("a ping between two replies is told, and what follows is compared again") {
  const Expected expected(three, false);
  Buffer bytes;
  append(bytes, three[0]);
  ws::encode_ping(bytes, as_bytes("hi"));
  append(bytes, three[1]);
  append(bytes, three[2]);
  check_all_splits(expected, bytes.bytes(), 3, {"ping hi"});
}

TEST_CASE("a reply in fragments is as good as a whole one") {
  const Expected expected(three, false);
  Buffer bytes;
  append(bytes, three[0]);
  ws::encode_frame(bytes, {.fin = false, .opcode = ws::Opcode::text}, as_bytes("be"));
  ws::encode_frame(bytes, {.fin = false, .opcode = ws::Opcode::continuation}, as_bytes("ta"));
  ws::encode_frame(bytes, {.opcode = ws::Opcode::continuation}, as_bytes("!"));
  append(bytes, three[2]);
  append(bytes, three[0]);
  check_all_splits(expected, bytes.bytes(), 4);
}

TEST_CASE(
    "a reply that differs in one byte is wrong, and so are one out of turn, one of another length and one of another "
    "kind") {
  const Expected expected(three, false);
  const auto wrong = [&](ws::Opcode opcode, std::string_view text, std::string_view why) {
    Buffer bytes;
    append(bytes, three[0]);
    ws::encode(bytes, opcode, as_bytes(text));
    check_all_splits(expected, bytes.bytes(), 1, {"wrong: " + std::string(why)});
  };
  wrong(ws::Opcode::text, "beta?", "other bytes than were sent came back");
  wrong(ws::Opcode::text, "alpha", "other bytes than were sent came back");
  wrong(ws::Opcode::text, "beta", "a message of another length than was sent came back");
  wrong(ws::Opcode::binary, "beta!", "text came back as binary, or the other way round");
}

TEST_CASE("bytes that are no frame of a server's are wrong") {
  const Expected expected(three, false);
  check_all_splits(expected, duplex::testing::hex("83 00"), 0,
                   {"wrong: " + std::string(ws::text_of(ws::Errc::reserved_opcode))});
}

TEST_CASE("a close frame is told with its code") {
  const Expected expected(three, false);
  Buffer bytes;
  append(bytes, three[0]);
  ws::encode_close(bytes, 1009);
  check_all_splits(expected, bytes.bytes(), 1, {"close 1009"});
}

TEST_CASE("Socket.IO's own packets come between events, and an event with an attachment is one message") {
  const auto units = make_units(Content::binary, 3, true);
  const Expected expected(units, true);
  Buffer bytes;
  ws::encode(bytes, ws::Opcode::text, as_bytes("40{\"sid\":\"x\"}"));
  append(bytes, units[0]);
  ws::encode(bytes, ws::Opcode::text, as_bytes("2"));
  append(bytes, units[1]);
  check_all_splits(expected, bytes.bytes(), 2, {"packet 40{\"sid\":\"x\"}", "packet 2"});
}

TEST_CASE("compressed replies are inflated and compared") {
  const auto units = make_units(Content::json, 200, false);
  ws::DeflateContexts contexts;
  Expected expected(units, false);
  expected.limits.deflate = &contexts;
  ws::Deflater deflater({.window_bits = 15, .mem_level = 8, .level = 1});
  Buffer bytes;
  for (std::size_t i = 0; i < 5; ++i) {  // with context takeover: each refers to those before
    Buffer packed;
    deflater.compress(packed, as_bytes(units[i].front().payload));
    ws::encode_frame(bytes, {.rsv = ws::rsv_compressed, .opcode = ws::Opcode::text}, packed.bytes());
  }
  ws::encode(bytes, ws::Opcode::text, as_bytes(units[5].front().payload));  // one that was not worth it
  Heard heard;
  Inbound inbound;
  inbound.enable_deflate(expected, {});
  for (const std::byte byte : bytes.bytes()) hear(heard, inbound, expected, {byte});
  CHECK(heard.messages == 6);
  CHECK(heard.others.empty());
}

TEST_CASE("plain replies are checked without an allocation") {
  const auto units = make_units(Content::ascii, 20, false);
  const Expected expected(units, false);
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < 1000; ++i) {
    const ConstBytes run = expected.cycle.from(i * 22 % expected.cycle.size()).first(22);
    bytes.insert(bytes.end(), run.begin(), run.end());
  }
  Inbound inbound;
  std::uint64_t messages = 0;
  CHECK(duplex::testing::allocations_during([&] {
          for (std::size_t at = 0; at < bytes.size(); at += 1100) {
            inbound.feed(Bytes(bytes).subspan(at, 1100));
            while (const auto arrival = inbound.next(expected)) messages += arrival->count;
          }
        }) == 0);
  CHECK(messages == 1000);
}

TEST_CASE("several publishers' messages may be mixed in any way, as long as each one's are in its order") {
  for (const Content content : {Content::ascii, Content::json, Content::binary})
    for (const bool socket_io : {false, true}) {
      const auto units = make_units(content, 40, socket_io, 3);
      const Expected expected(units, socket_io, Framing::server, 3);
      const std::size_t each = units.size() / 3;
      Buffer bytes;
      std::array<std::size_t, 3> sent{};
      for (const std::size_t publisher : {2, 0, 0, 1, 2, 2, 1, 0}) {
        append(bytes, units[publisher * each + sent[publisher]++ % each]);
        if (publisher == 1) ws::encode_ping(bytes, as_bytes("hi"));
      }
      check_all_splits(expected, bytes.bytes(), 8, {"ping hi", "ping hi"});
    }
}

TEST_CASE("who sent a message, and which of theirs it is, is told") {
  const auto units = make_units(Content::ascii, 20, false, 2);
  const Expected expected(units, false, Framing::server, 2);
  const std::size_t each = units.size() / 2;
  Buffer bytes;
  for (std::size_t i = 0; i < each + 2; ++i) append(bytes, units[each + i % each]);
  append(bytes, units[0]);
  Inbound inbound(expected);
  inbound.feed(bytes.bytes());
  for (std::size_t i = 0; i < each + 2; ++i) {
    const auto arrival = inbound.next(expected);
    REQUIRE(arrival);
    CHECK(arrival->publisher == 1);
    CHECK(arrival->nth == i);
  }
  const auto last = inbound.next(expected);
  REQUIRE(last);
  CHECK(last->publisher == 0);
  CHECK(last->nth == 0);
}

TEST_CASE("a publisher's message out of its turn, twice, altered, or of nobody is wrong") {
  const auto units = make_units(Content::ascii, 20, false, 2);
  const Expected expected(units, false, Framing::server, 2);
  const std::size_t each = units.size() / 2;
  const auto wrong = [&](const std::string& text, std::string_view why) {
    Buffer bytes;
    append(bytes, units[0]);
    append(bytes, units[each]);
    ws::encode(bytes, ws::Opcode::text, as_bytes(text));
    check_all_splits(expected, bytes.bytes(), 2, {"wrong: " + std::string(why)});
  };
  wrong(units[2].front().payload, "other bytes than were sent came back");
  wrong(units[0].front().payload, "other bytes than were sent came back");
  std::string altered = units[1].front().payload;
  altered.back() ^= 1;
  wrong(altered, "other bytes than were sent came back");
  wrong(units[1].front().payload + "!", "a message of another length than was sent came back");
  wrong("?" + units[1].front().payload, "a message came that no publisher sent");
}

TEST_CASE("packets of a long-polling payload are judged as messages are") {
  for (const std::size_t publishers : {1, 2}) {
    const auto units = make_units(Content::binary, 30, true, publishers);
    const Expected expected(units, true, Framing::polling, publishers);
    Inbound inbound(expected);
    const auto packet = [&](std::size_t frame) { return inbound.packet(expected, as_text(expected.payloads[frame])); };
    CHECK(inbound.packet(expected, "2")->kind == Arrival::packet);
    CHECK_FALSE(packet(0));
    CHECK(packet(1)->kind == Arrival::messages);
    CHECK_FALSE(packet(2));
    CHECK(packet(1)->kind == Arrival::wrong);  // the attachment of the one before
  }
}
