// SPDX-License-Identifier: MIT
// The deadlines of many streams, which share timers.
#include <doctest/doctest.h>

#include "net/memory_backend.h"
#include "net/support.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

/// Accepted streams in memory, recorded.
struct Many {
  std::vector<Recorder> owners;
  MemoryLoop loop;
  std::vector<MemoryPeer> peers;
  explicit Many(std::size_t count) : owners(count) {
    std::size_t accepted = 0;
    REQUIRE(loop.reactor().listen(loopback(), {}, [&](Stream& s) {
      owners[accepted].stream = &s;
      s.set_owner(&owners[accepted++]);
    }));
    for (std::size_t i = 0; i < count; ++i) peers.push_back(loop.connect());
    loop.run();
    REQUIRE(accepted == count);
  }
};

}  // namespace

TEST_CASE("the deadlines of many streams, set in any order, put off and cleared, come one by one at their time") {
  constexpr std::size_t count = 300;
  Many many(count);
  std::vector<Recorder>& owners = many.owners;
  const auto delay = [](std::size_t i) { return std::chrono::milliseconds(1000 + i * 7919 % count * 40); };
  for (std::size_t i = 0; i < count; ++i) owners[i].stream->set_deadline(i % 3 == 1 ? 500ms : delay(i));
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 3 == 1) owners[i].stream->set_deadline(delay(i));
    if (i % 3 == 2) owners[i].stream->clear_deadline();
  }
  for (auto now = 0ms; now <= 15s; now += 10ms) {
    for (std::size_t i = 0; i < count; ++i) {
      CAPTURE(i);
      if (i % 3 == 2 || now < delay(i)) REQUIRE(owners[i].deadlines == 0);
      if (i % 3 != 2 && now >= delay(i) + std::max(delay(i) / 64, 10ms)) REQUIRE(owners[i].deadlines == 1);
    }
    many.loop.advance(10ms);
  }
}

TEST_CASE("a handler may take back, put off or end what is due together with it, and set its own again at once") {
  Many many(4);
  std::vector<Recorder>& owners = many.owners;
  for (Recorder& owner : owners) {
    owner.stream->set_deadline(1s);
    owner.deadline_hook = [&] {  // whoever is first
      for (Recorder& each : owners) each.deadline_hook = {};
      Recorder* others[3];
      std::size_t n = 0;
      for (Recorder& each : owners)
        if (&each != &owner) others[n++] = &each;
      others[0]->stream->clear_deadline();
      others[1]->stream->set_deadline(2s);
      others[2]->stream->abort();
      owner.stream->set_deadline(0s);
    };
  }
  const auto fired = [&] {
    int sum = 0;
    for (const Recorder& owner : owners) sum += owner.deadlines;
    return sum;
  };
  many.loop.advance(1020ms);
  CHECK(fired() >= 1);
  many.loop.advance(20ms);
  CHECK(fired() == 2);  // the first one's, twice
  many.loop.advance(2040ms);
  CHECK(fired() == 3);
  many.loop.advance(1h);
  CHECK(fired() == 3);
}
