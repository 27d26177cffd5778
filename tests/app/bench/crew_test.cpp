// SPDX-License-Identifier: MIT
#include "app/bench/crew.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/bench/findings_wire.h"
#include "app/bench/merge.h"

using namespace duplex::bench;

namespace {

Findings some(std::uint64_t seed) {
  Findings found;
  found.seconds = 1.0 + static_cast<double>(seed) / 100;
  found.wire_bytes = 100 * seed;
  for (std::uint64_t i = 0; i < 1000; ++i) found.latency.record((i * 7919 + seed * 104729) % 10'000'000);
  found.messages = found.latency.total();
  found.rates = {10.0 * static_cast<double>(seed), 20, 30};
  found.opened = found.still_open = 10 * seed;
  found.opening_seconds = static_cast<double>(seed);
  found.generator_ns = 1000 * seed;
  found.generator_waited_ns = 10 * seed;
  found.late_ns = seed;
  found.errors = seed - 1;
  found.missing = seed;
  found.first_error = seed > 1 ? "error of " + std::to_string(seed) : "";
  return found;
}

}  // namespace

TEST_CASE("findings survive their way to another process, and half of them are refused") {
  Findings found = some(2);
  found.server.emplace();
  found.server->ns = 42;
  found.server->busiest.ran = 17;
  found.memory_before.emplace();
  found.memory_before->memory = 1234;
  found.interrupted = true;
  const std::string packed = pack(found);
  const auto again = unpack(packed);
  REQUIRE(again);
  CHECK(again->messages == found.messages);
  CHECK(again->late_ns == 2);
  CHECK(again->latency.percentile(99) == found.latency.percentile(99));
  CHECK(again->rates == found.rates);
  CHECK(again->server->busiest.ran == 17);
  CHECK(again->memory_before->memory == 1234);
  CHECK_FALSE(again->memory_after);
  CHECK(again->first_error == "error of 2");
  CHECK(again->interrupted);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, packed.size() / 2, packed.size() - 1})
    CHECK_FALSE(unpack(std::string_view(packed).substr(0, size)));
  CHECK_FALSE(unpack(packed + "x"));
}

TEST_CASE("what several found is summed, and their histograms are one") {
  std::vector<Findings> all = {some(1), some(2), some(3)};
  all[0].server.emplace();
  all[2].rates.pop_back();
  const Findings sum = merged(all);
  CHECK(sum.messages == 3000);
  CHECK(sum.wire_bytes == 600);
  CHECK(sum.latency.total() == 3000);
  Histogram one;
  for (const Findings& found : all) one.merge(found.latency);
  for (std::size_t i = 0; i < Histogram::bucket_count; ++i) REQUIRE(sum.latency.count_at(i) == one.count_at(i));
  CHECK(sum.latency.max() == one.max());
  CHECK(sum.rates == std::vector<double>{60, 60});
  CHECK(sum.seconds == doctest::Approx(1.03));
  CHECK(sum.opened == 60);
  CHECK(sum.opening_seconds == 3);
  CHECK(sum.server);
  CHECK(sum.generator_ns == 6000);
  CHECK(sum.generator_waited_ns == 30);
  REQUIRE(sum.generators.size() == 3);
  CHECK(sum.generators[1].cpu_ns == 2000);
  CHECK(sum.errors == 3);
  CHECK(sum.missing == 6);
  CHECK(sum.first_error == "error of 2");
}

TEST_CASE("a round is over when all its deliveries have come, whichever process they came to") {
  Rounds rounds(3);
  CHECK(rounds.over(1));
  rounds.begin(1, 77, 5);
  CHECK(rounds.began(1) == 77);
  CHECK_FALSE(rounds.delivered(1, 2));
  const pid_t child = fork();
  if (child == 0) _exit(rounds.delivered(1, 2) ? 1 : 0);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK_FALSE(rounds.over(1));
  CHECK(rounds.delivered(1, 1));
  CHECK(rounds.over(1));
  rounds.count(3);
  CHECK(rounds.published() == 3);
}

TEST_CASE("every publisher has a connection of its own on its seat, however connections and publishers are shared") {
  Options options;
  for (const std::size_t of : {1, 2, 3, 7})
    for (std::size_t connections = of; connections < 30; ++connections)
      for (std::size_t publishers = 1; publishers <= connections; ++publishers) {
        options.connections = connections;
        for (std::size_t publisher = 0; publisher < publishers; ++publisher) {
          Seat seat{.of = of};
          seat.number = seat.seat_of(publisher);
          REQUIRE(seat.connection_of(publisher) < share_of(options, seat).connections);
          REQUIRE(seat.publisher_at(seat.connection_of(publisher)) == publisher);
        }
      }
}

TEST_CASE("shares add up to the whole, and a connection's rate is everywhere the same") {
  Options options;
  options.connections = 1000;
  options.rate = 5000;
  options.server_pids = {1};
  for (const std::size_t of : {1, 2, 3, 7, 64}) {
    std::size_t connections = 0;
    double rate = 0;
    for (std::size_t number = 0; number < of; ++number) {
      const Options share = share_of(options, {.number = number, .of = of});
      connections += share.connections;
      rate += share.rate;
      CHECK(share.rate / static_cast<double>(share.connections) == doctest::Approx(5));
      CHECK(share.server_pids.empty() == (number > 0));
    }
    CHECK(connections == 1000);
    CHECK(rate == doctest::Approx(5000));
  }
}
