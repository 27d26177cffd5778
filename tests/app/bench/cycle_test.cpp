// SPDX-License-Identifier: MIT
#include "app/bench/cycle.h"

#include <doctest/doctest.h>

#include "protocol/ws/deflate_contexts.h"
#include "protocol/ws/message_decoder.h"

using namespace duplex;
using namespace duplex::bench;

namespace {

/// What a server hears of these bytes.
std::vector<std::string> heard(ConstBytes bytes, const ws::DeflateAgreement* deflate = nullptr) {
  ws::DeflateContexts contexts;
  ws::DecoderLimits limits;
  limits.deflate = &contexts;
  ws::MessageDecoder decoder(ws::Role::server, limits);
  if (deflate != nullptr) decoder.enable_deflate(*deflate);
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  decoder.feed(copy);
  std::vector<std::string> messages;
  while (const auto incoming = decoder.next()) messages.emplace_back(as_text(incoming->payload));
  CHECK_FALSE(decoder.error());
  CHECK_FALSE(decoder.mid_message());
  return messages;
}

std::vector<std::string> payloads(const std::vector<Unit>& units) {
  std::vector<std::string> result;
  for (const Unit& unit : units)
    for (const Part& part : unit) result.push_back(part.payload);
  return result;
}

}  // namespace

TEST_CASE("a cycle of client frames is what a server reads as the units, masked") {
  for (const std::size_t size : {0, 20, 125, 126, 65536}) {
    const auto units = make_units(Content::ascii, size, false);
    const Cycle cycle(units, Framing::client);
    CHECK(heard(cycle.from(0).first(cycle.size())) == payloads(units));
  }
}

TEST_CASE("compressed frames stand alone: any of them may come first") {
  const auto units = make_units(Content::json, 500, false);
  const Cycle cycle(units, Framing::client_deflated);
  const ws::DeflateAgreement agreed{.client_no_context_takeover = true};
  CHECK(heard(cycle.from(0).first(cycle.size()), &agreed) == payloads(units));
  const std::size_t third = cycle.begin_of(2);
  CHECK(heard(cycle.from(third).first(cycle.begin_of(3) - third), &agreed) == std::vector{units[2].front().payload});
}

TEST_CASE("from any position, a run lies in one piece and goes on from the beginning") {
  const auto units = make_units(Content::binary, 20, true);
  const Cycle cycle(units, Framing::server, 10'000);
  for (std::size_t position = 0; position < cycle.size(); position += 7) {
    const ConstBytes run = cycle.from(position);
    REQUIRE(run.size() >= 10'000);
    for (std::size_t i = 0; i < run.size(); i += 13)
      if (run[i] != cycle.from((position + i) % cycle.size())[0]) FAIL("not periodic at " << position << " + " << i);
  }
}

TEST_CASE("units of unequal length are counted as they are") {
  const std::vector<Unit> units = {{{ws::Opcode::text, "a"}}, {{ws::Opcode::text, "bcd"}}, {{ws::Opcode::text, ""}}};
  const Cycle cycle(units, Framing::server);  // 3, 5 and 2 bytes
  CHECK(cycle.size() == 10);
  CHECK(cycle.bytes_of(0, 1) == 3);
  CHECK(cycle.bytes_of(1, 1) == 5);
  CHECK(cycle.bytes_of(2, 2) == 5);
  CHECK(cycle.bytes_of(0, 7) == 23);
  CHECK(cycle.unit_at(2) == 0);
  CHECK(cycle.unit_at(3) == 1);
  CHECK(cycle.unit_at(9) == 2);
  CHECK(cycle.advance(9, 1) == 0);
}

TEST_CASE("over long-polling, messages are packets with a separator behind each, attachments in base64") {
  const std::vector<Unit> units = {{{ws::Opcode::text, "451-[\"m\"]"}, {ws::Opcode::binary, "\x01\x02\x03"}},
                                   {{ws::Opcode::text, "42[\"m\"]"}, {ws::Opcode::binary, ""}}};
  const Cycle cycle(units, Framing::polling);
  CHECK(as_text(cycle.from(0).first(cycle.size())) ==
        "451-[\"m\"]\x1e"
        "bAQID\x1e"
        "42[\"m\"]\x1e"
        "b\x1e");
  CHECK(cycle.units() == 2);
  CHECK(cycle.bytes_of(0, 1) == cycle.begin_of(2));
}
