// SPDX-License-Identifier: MIT
#include "app/bench/stamps.h"

#include <doctest/doctest.h>

#include <utility>

#include "support/allocations.h"

using duplex::bench::Stamps;

namespace {

std::vector<std::pair<std::uint64_t, std::uint64_t>> popped(Stamps& stamps, std::uint64_t count) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> batches;
  stamps.pop(count,
             [&batches](std::uint64_t sent_ns, std::uint64_t of_these) { batches.emplace_back(sent_ns, of_these); });
  return batches;
}

}  // namespace

TEST_CASE("a reply is matched with the send of its own message, oldest first") {
  Stamps stamps;
  stamps.reserve(8);
  stamps.push(100, 3);
  stamps.push(200, 5);
  CHECK(popped(stamps, 2) == decltype(popped(stamps, 0)){{100, 2}});
  CHECK(popped(stamps, 3) == decltype(popped(stamps, 0)){{100, 1}, {200, 2}});
  CHECK(popped(stamps, 3) == decltype(popped(stamps, 0)){{200, 3}});
}

TEST_CASE("stamps go round in the memory of those in flight") {
  Stamps stamps;
  stamps.reserve(4);
  for (std::uint64_t i = 0; i < 4; ++i) stamps.push(i, 1);
  CHECK(duplex::testing::allocations_during([&] {
          for (std::uint64_t i = 4; i < 1000; ++i) {
            stamps.pop(1, [i](std::uint64_t sent_ns, std::uint64_t) { CHECK(sent_ns == i - 4); });
            stamps.push(i, 1);
          }
        }) == 0);
}
