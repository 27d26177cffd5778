// SPDX-License-Identifier: MIT
#include "app/bench/process.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <ctime>
#include <string>

using namespace duplex::bench;

namespace {

std::uint64_t cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

TEST_CASE("the CPU time of a process is what it itself measures") {
  const auto before = sample({getpid()}, true);
  REQUIRE(before);
  const std::uint64_t began = cpu_ns();
  while (cpu_ns() - began < 50'000'000) {
  }
  const auto after = sample({getpid()}, true);
  REQUIRE(after);
  const CpuUsed used = between(*before, *after);
  CHECK(used.ns >= 40'000'000);  // the kernel may be a tick behind
  CHECK(used.ns <= cpu_ns() - began + 20'000'000);
  CHECK(used.busiest.ran <= used.ns);
  CHECK(used.threads >= 1);
}

TEST_CASE("memory that is used shows") {
  const auto before = sample({getpid()}, true);
  const std::string large(16 << 20, 'x');
  const auto after = sample({getpid()}, true);
  REQUIRE(before);
  REQUIRE(after);
  CHECK(after->memory >= before->memory + large.size() / 2);
  CHECK(before->memory > 0);
}

TEST_CASE("a process that does not exist has no sample") { CHECK_FALSE(sample({(1 << 30) - 1}, false)); }

TEST_CASE("threads that came and went between two samples do not confuse the sum") {
  ProcessSample before, after;
  before.threads = {{1, {100, 7}}, {2, {50, 0}}};
  after.threads = {{1, {150, 9}}, {3, {70, 4}}};
  const CpuUsed used = between(before, after);
  CHECK(used.ns == 120);
  CHECK(used.busiest.ran == 70);
  CHECK(used.busiest.waited == 4);
  CHECK(used.threads == 2);
}
