// SPDX-License-Identifier: MIT
#include "core/slab.h"

#include <doctest/doctest.h>

#include <memory>
#include <set>

using namespace duplex;

TEST_CASE("a slab finds what lives by slot and generation, at an address that never changes") {
  Slab<std::shared_ptr<int>> slab;
  const auto counted = std::make_shared<int>(7);
  const auto first = slab.create(counted);
  auto* address = slab.at(first);
  std::set<std::uint32_t> slots{first};
  for (int i = 0; i < 1000; ++i) CHECK(slots.insert(slab.create(counted)).second);
  CHECK(slab.at(first) == address);
  CHECK(slab.find(first, slab.generation(first)) == address);
  CHECK(slab.find(5'000'000, 1) == nullptr);
  CHECK(slab.size() == 1001);
  CHECK(counted.use_count() == 1002);

  const auto generation = slab.generation(first);
  slab.destroy(first);
  CHECK(slab.find(first, generation) == nullptr);
  CHECK(slab.create(counted) == first);  // the place is used again
  CHECK(slab.find(first, generation) == nullptr);
  CHECK(slab.find(first, slab.generation(first)) != nullptr);
  int seen = 0;
  slab.for_each([&](auto&, std::uint32_t) { ++seen; });
  CHECK(seen == 1001);
}

TEST_CASE("a slab destroys what still lives in it") {
  const auto counted = std::make_shared<int>(7);
  {
    Slab<std::shared_ptr<int>> slab;
    slab.create(counted);
    slab.destroy(slab.create(counted));
    slab.create(counted);
    CHECK(counted.use_count() == 3);
  }
  CHECK(counted.use_count() == 1);
}

TEST_CASE("64 neighbours of a slab share what one of them can find from where it lies") {
  Slab<std::uint64_t, int> slab;
  for (std::uint32_t i = 0; i < 200; ++i) slab.create(i);
  for (std::uint32_t slot = 0; slot < 200; slot += slab.per_chunk) slab.shared(slot) = static_cast<int>(slot);
  slab.for_each([&](std::uint64_t& object, std::uint32_t slot) {
    const std::uint32_t place = slot % slab.per_chunk;
    REQUIRE(slab.shared(object, place) == static_cast<int>(slot - place));
  });
}
