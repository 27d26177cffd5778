// SPDX-License-Identifier: MIT
#include "server/eio/sid_index.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "server/eio/sid.h"

namespace {

using duplex::eio::SidIndex;
using duplex::eio::SidSource;
using duplex::eio::text_of;

std::uint32_t slot_of(const SidIndex& index, const std::map<std::uint32_t, std::string>& sids, std::string_view sid) {
  return index.find(sid, [&](std::uint32_t slot) { return sids.at(slot) == sid; });
}

TEST_CASE("an index of ids finds what was added and not removed, whatever the order") {
  SidIndex index;
  SidSource source;
  std::map<std::uint32_t, std::string> sids;
  std::vector<std::string> gone;
  std::mt19937 random(3);
  std::uint32_t next = 0;
  for (int step = 0; step < 60'000; ++step) {
    // It grows for a while, then it shrinks to nothing, and again.
    const bool adds = sids.empty() || (step / 10'000 % 2 == 0 ? random() % 4 != 0 : random() % 4 == 0);
    if (adds) {
      const std::string sid(text_of(source.next(1)));
      index.add(sid, next);
      sids.emplace(next++, sid);
    } else {
      auto victim = sids.lower_bound(static_cast<std::uint32_t>(random() % next));
      if (victim == sids.end()) victim = sids.begin();
      index.remove(victim->second, victim->first);
      if (gone.size() < 1000) gone.push_back(victim->second);
      sids.erase(victim);
    }
    REQUIRE(index.size() == sids.size());
    if (step % 500 != 0) continue;
    for (const auto& [slot, sid] : sids) REQUIRE(slot_of(index, sids, sid) == slot);
    for (const std::string& sid : gone) REQUIRE(slot_of(index, sids, sid) == SidIndex::none);
  }
}

TEST_CASE("an index of ids is asked for anything") {
  SidIndex index;
  const auto never = [](std::uint32_t) { return false; };
  CHECK(index.find("", never) == SidIndex::none);
  index.remove("not there", 7);
  for (std::uint32_t slot = 0; slot < 100; ++slot) index.add("short", slot);  // all in one place
  CHECK(index.find("short", [](std::uint32_t slot) { return slot == 63; }) == 63);
  CHECK(index.find("a sid of the length of a sid", never) == SidIndex::none);
  index.remove("short", 1000);
  CHECK(index.size() == 100);
  for (std::uint32_t slot = 0; slot < 100; ++slot) index.remove("short", slot);
  CHECK(index.size() == 0);
  CHECK(index.find("short", [](std::uint32_t) { return true; }) == SidIndex::none);
}

}  // namespace
