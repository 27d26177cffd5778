// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/duplex.h>

#include "behaviour/support/memory_server.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::chrono_literals;

namespace {

const std::string ask = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server whose streams are in `streams`, with these options.
struct Events {
  explicit Events(http::EventStreamOptions options = {}) {
    server->get("/", [this, options](http::Request&, http::Response& res) {
      streams.push_back(res.event_stream(options));
      joined = feed.add(streams.back());
    });
  }
  std::vector<http::EventStream> streams;
  http::EventFeed feed{{.history = 3}};
  http::EventFeed::Joined joined = http::EventFeed::Joined::fresh;
  MemoryServer server;
};

/// What is in the chunks that came.
std::string body(const std::string& chunks) {
  std::string out;
  for (std::size_t at = 0; at < chunks.size();) {
    const std::size_t size = std::stoul(chunks.substr(at), nullptr, 16);
    at = chunks.find("\r\n", at) + 2;
    out += chunks.substr(at, size);
    at += size + 2;
  }
  return out;
}

}  // namespace

TEST_CASE("an event is sent in a chunk, and the handle says what became of it") {
  Events events;
  auto peer = events.server.connect();
  const std::string head = events.server.ask(peer, ask);
  CHECK(head.find("Content-Type: text/event-stream\r\n") != head.npos);
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != head.npos);
  events.server.reactor().post([&] {
    CHECK(events.streams[0].send({.data = "hi", .name = "greeting"}) == Sent::ok);
    CHECK(events.streams[0].send({.data = "x", .name = "two\nlines"}) == Sent::dropped);
  });
  events.server.run();
  CHECK(body(peer.read()) == "event: greeting\ndata: hi\n\n");
  peer.reset();
  events.server.run();
  events.server.reactor().post([&] { CHECK(events.streams[0].send({.data = "late"}) == Sent::closed); });
  events.server.run();
}

TEST_CASE("HTTP/1.0 gets the stream without chunks, HEAD only its head") {
  Events events;
  auto old = events.server.connect();
  const std::string head = events.server.ask(old, "GET / HTTP/1.0\r\n\r\n");
  CHECK(head.find("chunked") == head.npos);
  events.feed.send({.data = "hi"});
  events.server.run();
  CHECK(old.read().ends_with("data: hi\n\n"));
  auto looker = events.server.connect();
  CHECK(events.server.ask(looker, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\n"));
  CHECK(events.server.ask(looker, ask).starts_with("HTTP/1.1 200"));  // the connection goes on
}

TEST_CASE("a comment is sent after a silence, and none while events come") {
  Events events({.heartbeat = 10s});
  auto peer = events.server.connect();
  events.server.ask(peer, ask);
  events.server.advance(9s);
  CHECK(peer.read().empty());
  events.server.advance(2s);
  CHECK(body(peer.read()) == ":\n\n");
  events.feed.send({.data = "x"});
  events.server.run();
  peer.read();
  events.server.advance(9s);
  CHECK(peer.read().empty());
}

TEST_CASE("Last-Event-ID: who comes back gets what it missed, once; a gap or a stranger's id gets all that is kept") {
  Events events;
  auto first = events.server.connect();
  events.server.ask(first, ask);
  for (const auto* data : {"1", "2", "3", "4"}) events.feed.send({.data = data});
  events.server.run();
  const std::string got = body(first.read());
  auto id = [&](const std::string& number) {
    const auto at = got.find("id: ");
    return got.substr(at + 4, got.find('-', at) - at - 4) + "-" + number;
  };
  auto back = [&](const std::string& last) {
    auto peer = events.server.connect();
    const std::string answer =
        events.server.ask(peer, "GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: " + last + "\r\n\r\n");
    const std::string chunks = body(answer.substr(answer.find("\r\n\r\n") + 4));
    std::string data;
    for (std::size_t at = 0; (at = chunks.find("data: ", at)) != chunks.npos; at += 6) data += chunks[at + 6];
    return data;
  };
  using Joined = http::EventFeed::Joined;
  CHECK(back(id("2")) == "34");
  CHECK(events.joined == Joined::resumed);
  CHECK(back(id("4")).empty());
  CHECK(events.joined == Joined::resumed);
  CHECK(back(id("1")) == "234");
  CHECK(events.joined == Joined::resumed);
  events.feed.send({.data = "5"});
  events.server.run();
  CHECK(back(id("1")) == "345");
  CHECK(events.joined == Joined::gap);
  for (const std::string& stranger : {std::string("7"), std::string("x-1"), id("99"), id("-1"), id("")})
    CHECK_MESSAGE(back(stranger) == "345", stranger);
  CHECK(events.joined == Joined::gap);
}

TEST_CASE("a client that does not read its events meets the policy, and only it") {
  const std::string large(10'000, 'x');
  auto flood = [&](ws::Overflow overflow, std::uint64_t key) {
    Events events({.hard_limit = 50'000, .overflow = overflow});
    auto slow = events.server.connect(), quick = events.server.connect();
    events.server.ask(slow, ask);
    events.server.ask(quick, ask);
    slow.set_window(1000);
    std::size_t quick_got = 0;
    for (int i = 0; i < 100; ++i) {
      events.feed.send({.data = large, .key = key});
      events.server.run();
      quick_got += quick.read().size();
    }
    CHECK(quick_got > 100 * large.size());
    slow.set_window(SIZE_MAX);
    std::size_t slow_got = slow.read().size();
    events.server.run();
    slow_got += slow.read().size();
    CHECK(slow_got < 80'000);
    return slow.closed();
  };
  CHECK(flood(ws::Overflow::disconnect, 0));
  CHECK_FALSE(flood(ws::Overflow::drop_newest, 0));
  CHECK_FALSE(flood(ws::Overflow::drop_oldest, 0));
  CHECK_FALSE(flood(ws::Overflow::latest_per_key, 1));
}

TEST_CASE("a stream that is closed, by either side or by a drain, ends") {
  Events events;
  auto closed = events.server.connect(), leaving = events.server.connect(), drained = events.server.connect();
  for (auto* peer : {&closed, &leaving, &drained}) events.server.ask(*peer, ask);
  events.streams[0].close();
  leaving.finish();
  events.server.run();
  CHECK(closed.read() == "0\r\n\r\n");
  CHECK(closed.ended());
  CHECK(leaving.closed());
  CHECK_FALSE(drained.ended());
  events.server->drain();
  events.server.run();
  CHECK(drained.read() == "0\r\n\r\n");
}
