// SPDX-License-Identifier: MIT
#include "net/reactor_group.h"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <set>

#include "core/log.h"
#include "net/support.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

/// A log that a test can read.
struct Lines {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::shared_ptr<Log> log = std::make_shared<Log>([this](const LogRecord& r) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(r.text);
  });
  std::size_t count(std::string_view part) {
    const std::lock_guard lock(mutex);
    std::size_t n = 0;
    for (const auto& line : lines) n += line.find(part) != std::string::npos;
    return n;
  }
};

}  // namespace

TEST_CASE("several loops accept on one port, and stop together") {
  auto group = ReactorGroup::make(3);
  REQUIRE(group);
  std::atomic<int> accepted = 0;
  std::mutex mutex;
  std::set<int> loops;
  auto address = (*group)->listen(loopback(), {}, [&](Stream& s) {
    s.set_owner(new Echo(s));
    {
      const std::lock_guard lock(mutex);
      loops.insert(s.reactor().slot());
    }
    CHECK(s.reactor().on_this_thread());
    ++accepted;
  });
  REQUIRE(address);
  CHECK(address->port != 0);
  std::thread clients([&] {
    std::vector<Client> all;
    for (int i = 0; i < 60; ++i) all.emplace_back(*address);
    for (auto& c : all) c.write("x");
    for (auto& c : all) {
      char got = 0;
      CHECK(::recv(c.fd(), &got, 1, 0) == 1);
    }
    (*group)->stop();
  });
  (*group)->run();
  clients.join();
  CHECK(accepted == 60);
  CHECK(loops.size() == 3);  // 60 connections over 3 sockets: that one gets none has a chance of 1 in 10^10
}

TEST_CASE("a port that is taken is told as such") {
  auto one = ReactorGroup::make(1), two = ReactorGroup::make(2);
  REQUIRE(one);
  REQUIRE(two);
  auto address = (*one)->listen(loopback(), {}, [](Stream&) {});
  REQUIRE(address);
  auto again = (*two)->listen(*address, {}, [](Stream&) {});
  REQUIRE_FALSE(again);
  CHECK(again.error() == Errc::address_in_use);
}

TEST_CASE("R18: a handler that blocks its loop is named once, and other loops go on") {
  Lines lines;
  ReactorOptions options;
  options.log = lines.log;
  options.stall_limit = 40ms;
  auto group = ReactorGroup::make(2, options);
  REQUIRE(group);
  std::atomic<int> ticks = 0;
  (**group)[0].post([&] {
    (**group)[0].doing("on_message of /slow");
    // The handler's work is to wait until the watchdog has seen it.
    const auto limit = std::chrono::steady_clock::now() + 5s;
    const int before = ticks;
    while ((lines.count("on_message of /slow") == 0 || ticks - before < 3) &&
           std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(1ms);
    }
    std::this_thread::sleep_for(50ms);  // long enough for a second line, were there one
    CHECK(ticks - before >= 3);
    (*group)->stop();
  });
  struct Ticker {
    Reactor& reactor;
    std::atomic<int>& ticks;
    void operator()() const {
      ++ticks;
      reactor.after(5ms, *this);
    }
  };
  (**group)[1].post(Ticker{(**group)[1], ticks});
  (*group)->run();
  CHECK(lines.count("loop 0 has been blocked for more than 40 ms by on_message of /slow") == 1);
}
