// SPDX-License-Identifier: MIT
#include "protocol/eio/v3_payload.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;
using eio::Encoding;
using eio::Packet;
using eio::PacketType;
using eio::v3::Form;

namespace {

struct Outcome {
  std::vector<std::string> packets;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

std::string shown(const Packet& packet) {
  const char* const how = packet.encoding == Encoding::text ? "" : packet.encoding == Encoding::base64 ? "b" : "bytes ";
  return how + std::string(1, eio::character(packet.type)) + std::string(packet.data);
}

/// Reads it twice: in one go, and with a new reader for each packet, as a payload in slices is.
Outcome read(std::string_view payload, Form form = Form::text) {
  eio::v3::PayloadReader whole(payload, form);
  Outcome outcome;
  std::size_t position = 0;
  while (auto packet = whole.next()) {
    outcome.packets.push_back(shown(*packet));
    eio::v3::PayloadReader slice(payload, form, position);
    CHECK(slice.next() == packet);
    position = slice.position();
    CHECK(position == whole.position());
  }
  outcome.failed = whole.failed();
  CHECK(!whole.next());
  CHECK(whole.finished());
  return outcome;
}
Outcome read_bytes(std::string_view in_hex) {
  const auto bytes = hex(in_hex);
  return read(as_text(ConstBytes(bytes)), Form::binary);
}

std::string written(const std::vector<Packet>& packets, Form form) {
  Buffer out;
  for (const Packet& packet : packets) eio::v3::append_packet(out, packet, form);
  return std::string(out.text());
}

}  // namespace

TEST_CASE("a payload of version 3 says the length of each packet") {
  CHECK(read("6:4hello2:40") == Outcome{{"4hello", "40"}});
  CHECK(read("1:2") == Outcome{{"2"}});
  CHECK(read("83:4" + std::string(82, 'x') + "6:b4AQID6:b4BA==") ==
        Outcome{{"4" + std::string(82, 'x'), "b4AQID", "b4BA=="}});
}

TEST_CASE("lengths are JavaScript's: UTF-16 code units") {
  CHECK(eio::v3::utf16_units("") == 0);
  CHECK(eio::v3::utf16_units("aé€") == 3);
  CHECK(eio::v3::utf16_units("👋") == 2);
  CHECK(read("3:4é€2:40") == Outcome{{"4é€", "40"}});
  CHECK(read("3:4👋2:40") == Outcome{{"4👋", "40"}});
  CHECK(read("6:4é👋€x1:2") == Outcome{{"4é👋€x", "2"}});
  CHECK(written({{PacketType::message, Encoding::text, "é👋€x"}, {PacketType::ping, Encoding::text, {}}}, Form::text) ==
        "6:4é👋€x1:2");
}

TEST_CASE("the length of base64 is right, whatever it is") {
  CHECK(written({{PacketType::message, Encoding::base64, "AQID"}, {PacketType::message, Encoding::base64, "é👋"}},
                Form::text) == "6:b4AQID5:b4é👋");
  CHECK(read("5:b4é👋") == Outcome{{"b4é👋"}});
}

TEST_CASE("E6: a length that is none, too long, or ends inside a character is a parse error, after what came before") {
  for (const char* bad : {":4", "x:4", "1e0:4", " 1:4", "-1:4", "+1:4", "0x1:4", "1.0:4", "2:4", "1", "4",
                          "99999999999:4", "2:4👋", "1:", "18446744073709551617:4"}) {
    CAPTURE(bad);
    CHECK(read(bad) == Outcome{{}, true});
    CHECK(read("2:4a"s + bad) == Outcome{{"4a"}, true});
  }
  CHECK(read("") == Outcome{{}, true});
  CHECK(read("2:4a1:9") == Outcome{{"4a"}, true});
  CHECK(read("2:4a4:bAQI") == Outcome{{"4a"}, true});  // base64 without its type
}

TEST_CASE("no packet and no error: what the JavaScript encoder makes of nothing") {
  CHECK(read("0:") == Outcome{});
  CHECK(read("0:2:400:") == Outcome{{"40"}});
  CHECK(read("", Form::binary) == Outcome{});
}

TEST_CASE("a payload with bytes has binary lengths, in bytes") {
  const std::string text = "452-" + std::string(79, 'x');
  const Packet packets[] = {{PacketType::message, Encoding::text, std::string_view(text).substr(1)},
                            {PacketType::message, Encoding::binary, "\x01\x02\x03"},
                            {PacketType::message, Encoding::binary, "\x04"}};
  const std::string payload = written({packets[0], packets[1], packets[2]}, Form::binary);
  // 00 08 03 ff and 83 characters, 01 04 ff 04 01 02 03, 01 02 ff 04 04: as Node's server sent it
  CHECK(payload == "\x00\x08\x03\xff"s + text + "\x01\x04\xff\x04\x01\x02\x03\x01\x02\xff\x04\x04");
  CHECK(read(payload, Form::binary) == Outcome{{text, "bytes 4\x01\x02\x03", "bytes 4\x04"}});
  CHECK(read_bytes("00 04 ff 34 e2 82 ac") == Outcome{{"4€"}});  // four bytes, two code units
  CHECK(read_bytes("00 06 ff 62 34 41 51 49 44 00 01 ff 32") == Outcome{{"b4AQID", "2"}});
  CHECK(read_bytes("01 01 00 ff 04 00 01 02 03 04 05 06 07 08").packets.size() == 1);
}

TEST_CASE("E6: a binary payload that is cut short, or whose texts are no texts, is a parse error") {
  for (const char* bad :
       {"00", "00 01", "00 ff", "00 0a ff 34", "02 01 ff 34", "00 02 ff 34", "01 05 ff 04 01", "00 00 ff", "01 00 ff",
        "01 02 ff 02 01", "00 02 ff 34 80", "00 01 01 01 01 01 01 01 01 01 01 01 ff 34"}) {
    CAPTURE(bad);
    CHECK(read_bytes(bad) == Outcome{{}, true});
    CHECK(read_bytes("00 01 ff 32 "s + bad) == Outcome{{"2"}, true});
  }
}

TEST_CASE("E5: 124,000 packets are counted before the first is delivered, and read in slices, without copying") {
  std::string payload;
  for (int i = 0; i < 124'000; ++i) payload += "4:4abc";
  std::size_t position = 0, packets = 0, slices = 0;
  CHECK(allocations_during([&] {
          CHECK(eio::v3::count_packets(payload, Form::text) == 124'000);
          for (bool more = true; more; ++slices) {
            eio::v3::PayloadReader reader(payload, Form::text, position);
            for (int i = 0; i < 256 && more; ++i) {
              more = reader.next().has_value();
              if (more) ++packets;
            }
            position = reader.position();
          }
        }) == 0);
  CHECK(packets == 124'000);
  CHECK(slices == 124'000 / 256 + 1);
  CHECK(eio::v3::count_packets("0:1:20:1:2x", Form::text) == 2);
}

TEST_CASE("a text of all kinds of characters is cut where it ends, wherever that is") {
  const std::string characters[] = {"a", "é", "€", "👋", "\x7f", "߿", "ࠀ", "￿", "𐀀", "􏿿"};
  std::string payload;
  std::vector<std::string> packets;
  for (std::size_t size = 1; size < 60; ++size) {
    std::string text = "4";
    for (std::size_t i = 0; i < size; ++i) text += characters[(i * 7 + size * 3) % std::size(characters)];
    payload += std::to_string(eio::v3::utf16_units(text)) + ":" + text;
    packets.push_back(text);
  }
  CHECK(read(payload) == Outcome{packets});
}
