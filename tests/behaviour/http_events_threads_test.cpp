// SPDX-License-Identifier: MIT
// One feed, subscribers on four loops, senders on threads of their own: what ThreadSanitizer is to look at.
#include <doctest/doctest.h>
#include <duplex/duplex.h>
#include <duplex/http_events.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "behaviour/support/raw_client.h"

using namespace duplex;
using namespace std::chrono_literals;

namespace {

constexpr int loops = 4, senders = 3, events_each = 60, events = senders * events_each;

/// A subscriber that reads events, as they come in whatever chunks.
class Subscriber {
 public:
  Subscriber(int port, const std::string& last_id) : client_(port) {
    client_.send("GET / HTTP/1.1\r\nHost: x\r\n" + (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") +
                 "\r\n");
  }
  /// Reads until `wanted` events are there or nothing comes any more; their ids, in the order of arrival.
  std::vector<std::string> read(std::size_t wanted) {
    std::vector<std::string> ids;
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (ids.size() < wanted && std::chrono::steady_clock::now() < deadline && !client_.reaches_end(10ms))
      ids = seen();
    return ids;
  }
  std::vector<std::string> seen() const {
    std::vector<std::string> ids;
    const std::string& text = client_.received();
    for (std::size_t at = 0; (at = text.find("\nid: ", at)) != std::string::npos;) {
      const std::size_t end = text.find('\n', at += 5);
      if (end != std::string::npos && text.find("\n\n", end) != std::string::npos)
        ids.push_back(text.substr(at, end - at));
    }
    return ids;
  }

 private:
  behaviour::RawClient client_;
};

long number(const std::string& id) { return std::stol(id.substr(id.find('-') + 1)); }

/// No gap, no repetition.
bool in_order(const std::vector<std::string>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (number(ids[i]) != static_cast<long>(i) + 1) return false;
  return true;
}

}  // namespace

TEST_CASE("a feed sends to subscribers on four loops, from any thread, to each everything in the same order") {
  http::EventFeed feed({.history = 10'000});
  std::mutex mutex;
  std::map<std::thread::id, int> on_loop;
  Server server({.port = 0, .host = "127.0.0.1", .threads = loops});
  server.get("/", [&](http::Request&, http::Response& res) {
    const http::EventStream stream = res.event_stream();
    feed.add(stream);
    stream.send({.data = "in", .name = "joined"});  // without an id: not one of those that are counted
    const std::lock_guard lock(mutex);
    ++on_loop[std::this_thread::get_id()];
  });
  REQUIRE(server.start());
  std::thread serving([&] { server.run(); });
  const auto joined = [&] {
    const std::lock_guard lock(mutex);
    int all = 0;
    for (const auto& [loop, count] : on_loop) all += count;
    return std::pair(all, on_loop.size());
  };
  const auto await_joined = [&](int count) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (joined().first < count && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    REQUIRE(joined().first == count);
  };

  // The kernel spreads connections over the loops' sockets: as many as it takes until each loop has one.
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  int connected = 0;
  while (joined().second < loops) {
    REQUIRE(subscribers.size() < 500);
    subscribers.push_back(std::make_unique<Subscriber>(server.port(), ""));
    await_joined(++connected);
  }

  auto wanderer = std::make_unique<Subscriber>(server.port(), "");
  await_joined(++connected);

  std::vector<std::thread> threads;
  std::atomic<int> counted{0};
  for (int t = 0; t < senders; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < events_each; ++i) {
        feed.send({.data = "an event", .name = "tick"});
        counted += static_cast<int>(feed.streams());
        std::this_thread::yield();
      }
    });
  // Meanwhile one leaves in the middle of it and comes back with what it had, again and again, to whatever loop.
  std::vector<std::string> in_pieces;
  for (int round = 0; in_pieces.size() < events; ++round) {
    REQUIRE(round < 200);
    const std::size_t left = events - in_pieces.size();
    for (std::string& id : wanderer->read(std::min<std::size_t>(left, 25))) in_pieces.push_back(std::move(id));
    REQUIRE_FALSE(in_pieces.empty());
    wanderer = std::make_unique<Subscriber>(server.port(), in_pieces.back());
    await_joined(++connected);
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(in_pieces.size() == events);
  CHECK(in_order(in_pieces));
  for (auto& subscriber : subscribers) {
    const auto ids = subscriber->read(events);
    CHECK(ids.size() == events);
    CHECK(in_order(ids));
  }
  CHECK(counted > 0);
  wanderer.reset();
  subscribers.clear();
  server.stop();
  serving.join();
}
