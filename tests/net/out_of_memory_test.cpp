// SPDX-License-Identifier: MIT
// What runs out of memory ends alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>

#include "core/log.h"
#include "net/support.h"
#include "support/allocations.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;
using duplex::testing::allocations_are_ours;
using duplex::testing::FailingAllocation;

namespace {

/// Echoes whole in two ways, half of it a turn later, and counts itself.
struct Busy final : StreamOwner {
  Busy(Stream& s, int& all) : stream(s), alive(all) {
    stream.set_deadline(10s);
    ++alive;
  }
  ~Busy() { --alive; }
  void on_bytes(Bytes b) override {
    const std::size_t half = b.size() - b.size() / 2;
    stream.write(b.first(half));
    Slice block = stream.reactor().hold(SharedBytes::copy(as_bytes("[shared]")));
    try {
      stream.write(block);
    } catch (const std::bad_alloc&) {
      block.release();
      throw;
    }
    block.release();
    if (b.size() > 1) stream.put_aside(b.subspan(half));
  }
  void on_end() override { stream.close(); }
  void on_drain() override {}
  void on_deadline() override {}
  void on_closed(CloseCause) override { delete this; }
  Stream& stream;
  int& alive;
};

/// Turns until `done`, with failures only inside the loop.
template <class Done>
bool turn_with(FailingAllocation& failing, Reactor& reactor, Done&& done) {
  const auto limit = std::chrono::steady_clock::now() + 5s;
  while (!done() && std::chrono::steady_clock::now() < limit) {
    const TimerId tick = reactor.after(2ms, [] {});
    failing.resume();
    reactor.turn();
    failing.pause();
    reactor.cancel(tick);
  }
  return done();
}

}  // namespace

TEST_CASE("R11: whichever allocation of a loop's fails, whom it hits ends once, and the loop serves the next one") {
  if (!allocations_are_ours()) return;
  std::size_t k = 0;
  for (bool failed = true; failed; ++k) {
    REQUIRE(k < 1000);
    CAPTURE(k);
    int alive = 0;
    ReactorOptions options;
    options.log = std::make_shared<Log>([](const LogRecord&) {});
    Reactor reactor(kernel(), options);
    auto listener = reactor.listen(loopback(), {}, [&](Stream& s) { s.set_owner(new Busy(s, alive)); });
    REQUIRE(listener);
    FailingAllocation failing(k);
    failing.pause();
    {
      std::vector<Client> clients;
      for (int i = 0; i < 3; ++i) clients.emplace_back((*listener)->address());
      for (Client& client : clients) client.write(std::string(3000, 'x'));
      std::size_t ended = 0, whole = 0;
      std::vector<std::string> got(clients.size());
      CHECK(turn_with(failing, reactor, [&] {
        ended = whole = 0;
        for (std::size_t i = 0; i < clients.size(); ++i) {
          got[i] += clients[i].read();
          ended += clients[i].ended || clients[i].last_errno == ECONNRESET;
          whole += std::count(got[i].begin(), got[i].end(), 'x') == 3000;
        }
        return ended + whole >= clients.size();
      }));
      CHECK(ended <= 1);
      Reactor::post_to(reactor.slot(), [] {});
      for (Client& client : clients) client.shutdown();
      CHECK(turn_with(failing, reactor, [&] { return alive == 0 && reactor.streams() == 0; }));
    }
    failing.resume();
    failed = failing.has_failed();
    failing.pause();
    Client next((*listener)->address());
    next.write("next");
    std::string got;
    CHECK(turn_until(reactor, [&] { return (got += next.read()).size() == 4 + 3 * 8; }));
  }
  MESSAGE(k << " allocations were made to fail");
  CHECK(k > 10);
}
