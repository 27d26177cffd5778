// SPDX-License-Identifier: MIT
#include "protocol/eio/payload.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/allocations.h"

using namespace duplex;
using eio::Encoding;
using eio::Packet;
using eio::PacketType;

namespace {
struct Outcome {
  std::vector<std::string> packets;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};
Outcome read(std::string_view payload) {
  eio::PayloadReader reader(payload);
  Outcome outcome;
  while (auto packet = reader.next())
    outcome.packets.push_back((packet->encoding == Encoding::base64 ? 'b' : eio::character(packet->type)) +
                              std::string(packet->data));
  outcome.failed = reader.failed();
  CHECK(reader.finished());
  CHECK(!reader.next());
  return outcome;
}
}  // namespace

TEST_CASE("a payload is split at its separators") {
  CHECK(read("4hello") == Outcome{{"4hello"}});
  CHECK(read("4a\x1e"
             "2\x1e"
             "bAQID\x1e"
             "4") == Outcome{{"4a", "2", "bAQID", "4"}});
}

TEST_CASE("E6: an empty packet is a parse error, after the packets before it") {
  CHECK(read("") == Outcome{{}, true});
  CHECK(read("4a\x1e") == Outcome{{"4a"}, true});
  CHECK(read("\x1e"
             "4a") == Outcome{{}, true});
  CHECK(read("4a\x1e\x1e"
             "4b") == Outcome{{"4a"}, true});
  CHECK(read("4a\x1e"
             "9\x1e"
             "4b") == Outcome{{"4a"}, true});
}

TEST_CASE("E5: a payload of 124,000 packets is read in slices without copying") {
  std::string payload = "4abc";
  for (int i = 1; i < 124'000; ++i)
    payload +=
        "\x1e"
        "4abc";
  CHECK(eio::count_packets(payload) == 124'000);
  std::size_t position = 0, packets = 0, slices = 0;
  CHECK(duplex::testing::allocations_during([&] {
          for (bool more = true; more; ++slices) {
            eio::PayloadReader reader(payload, position);
            for (int i = 0; i < 256 && more; ++i) {
              const auto packet = reader.next();
              more = packet.has_value();
              if (more) ++packets;
            }
            position = reader.position();
          }
        }) == 0);
  CHECK(packets == 124'000);
  CHECK(slices == 124'000 / 256 + 1);
}

TEST_CASE("E5: how many packets a payload holds is known before the first is delivered") {
  CHECK(eio::count_packets("4a") == 1);
  CHECK(eio::count_packets(std::string(eio::max_packets, eio::separator)) == eio::max_packets + 1);
}

TEST_CASE("packets are joined; binary data becomes base64") {
  Buffer out;
  eio::append_packet(out, {PacketType::message, Encoding::text, "hé"});
  CHECK(out.text() == "4hé");
  const auto check = [&](const Packet& packet, std::string_view appended) {
    const std::size_t before = out.size();
    eio::append_packet(out, packet);
    CHECK(out.text().substr(before) == appended);
    CHECK(eio::appended_size(packet) == appended.size());
  };
  check({PacketType::ping, Encoding::text, ""},
        "\x1e"
        "2");
  check({PacketType::message, Encoding::binary, "\x01\x02\x03\x04"},
        "\x1e"
        "bAQIDBA==");
  check({PacketType::message, Encoding::base64, "AQID"},
        "\x1e"
        "bAQID");
}
