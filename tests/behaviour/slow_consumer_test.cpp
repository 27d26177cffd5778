// SPDX-License-Identifier: MIT
// What becomes of messages to a peer that does not read.
#include <doctest/doctest.h>

#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// A server whose only client does not read, and what its handlers were told. The limits are small.
struct Slow {
  explicit Slow(ws::Overflow policy, std::size_t soft = 4000, std::size_t hard = 10'000) {
    server->ws("/slow", {.on_open =
                             [this](ws::Socket& opened, const http::Request&) {
                               socket = &opened;
                               opened.join("r");
                             },
                         .on_drain = [this](ws::Socket&) { ++drained; },
                         .on_close =
                             [this](ws::Socket&, ws::Close close) {
                               socket = nullptr;
                               ++closed;
                               code = close.code;
                             },
                         .on_error = [this](ws::Socket&, const ws::Error& error) { this->error = error.stable_code; },
                         .overflow = policy,
                         .soft_limit = soft,
                         .hard_limit = hard});
  }
  void connect() {
    client = std::make_unique<WsClient>(server, "/slow");
    client->peer().set_window(0);
  }
  /// Sends at the beginning of a turn of its own.
  Sent send(std::string_view text, ws::SendOptions options = {}) {
    Sent sent = Sent::closed;
    socket->handle().with([&](ws::Socket& to) { sent = to.send(text, options); });
    server.run();
    return sent;
  }
  /// The payloads of everything that arrives once the peer reads.
  std::vector<std::string> read_all() {
    client->peer().set_window(SIZE_MAX);
    server.run();
    std::vector<std::string> all;
    while (auto frame = client->next()) all.push_back(frame->payload);
    return all;
  }
  ServerStats stats() { return server->stats(); }

  MemoryServer server;
  std::unique_ptr<WsClient> client;
  ws::Socket* socket = nullptr;
  int drained = 0, closed = 0, code = 0;
  std::string error;
};

std::string kilobyte(int number) {
  std::string text = std::to_string(number);
  text.resize(1000, '.');
  return text;
}

std::vector<std::string> kilobytes(int first, int last) {
  std::vector<std::string> all;
  for (int i = first; i <= last; ++i) all.push_back(kilobyte(i));
  return all;
}

}  // namespace

TEST_CASE("send says ok below the soft limit and queued above it, and on_drain tells the end, once") {
  Slow slow(ws::Overflow::disconnect);
  slow.connect();
  for (int i = 1; i <= 3; ++i) CHECK(slow.send(kilobyte(i)) == Sent::ok);
  for (int i = 4; i <= 9; ++i) CHECK(slow.send(kilobyte(i)) == Sent::queued);
  CHECK(slow.socket->buffered_amount() > 9000);
  CHECK(slow.drained == 0);
  slow.client->peer().set_window(1500);
  slow.server.run();
  CHECK(slow.drained == 0);
  CHECK(slow.read_all() == kilobytes(1, 9));
  CHECK(slow.drained == 1);
  CHECK(slow.socket->buffered_amount() == 0);
  CHECK(slow.socket->dropped() == 0);
  CHECK(slow.send("again") == Sent::ok);
  slow.server.run();
  CHECK(slow.drained == 1);
}

TEST_CASE("R6: disconnect closes a peer that is too slow with 1013, within the close timeout, and tells so once") {
  Slow slow(ws::Overflow::disconnect);
  slow.connect();
  for (int i = 1; i <= 10; ++i) CHECK(slow.send(kilobyte(i)) != Sent::closed);  // the last one may pass the limit
  CHECK(slow.send(kilobyte(11)) == Sent::closed);
  CHECK(slow.error == "WS_TOO_SLOW");
  CHECK(slow.stats().slow_disconnects == 1);
  CHECK(slow.send("too late") == Sent::closed);
  slow.server.advance(6s);
  CHECK(slow.closed == 1);
  CHECK(slow.code == 1013);
  CHECK(slow.client->peer().closed());
}

TEST_CASE("R6: a peer that is too slow and reads on gets everything that was queued, then 1013") {
  Slow slow(ws::Overflow::disconnect);
  slow.connect();
  for (int i = 1; i <= 11; ++i) slow.send(kilobyte(i));
  auto expected = kilobytes(1, 10);
  expected.push_back(close_payload(1013));
  CHECK(slow.read_all() == expected);
}

TEST_CASE("R6: a peer that is too slow and reads a byte now and then does not keep its place") {
  Slow slow(ws::Overflow::disconnect);
  slow.connect();
  for (int i = 1; i <= 11; ++i) slow.send(kilobyte(i));
  for (int i = 0; i < 8 && slow.closed == 0; ++i) {
    slow.client->peer().set_window(static_cast<std::size_t>(i) + 1);
    slow.server.advance(1s);
  }
  CHECK(slow.closed == 1);
}

TEST_CASE("queue keeps everything") {
  Slow slow(ws::Overflow::queue);
  slow.connect();
  for (int i = 1; i <= 100; ++i) CHECK(slow.send(kilobyte(i)) == (i <= 3 ? Sent::ok : Sent::queued));
  CHECK(slow.socket->buffered_amount() > 100'000);
  CHECK(slow.read_all() == kilobytes(1, 100));
  CHECK(slow.stats().dropped == 0);
}

TEST_CASE("drop_newest says dropped, counts it, and delivers what was queued before") {
  Slow slow(ws::Overflow::drop_newest);
  slow.connect();
  for (int i = 1; i <= 9; ++i) slow.send(kilobyte(i));
  for (int i = 10; i <= 12; ++i) CHECK(slow.send(kilobyte(i)) == Sent::dropped);
  CHECK(slow.send("small") == Sent::queued);
  CHECK(slow.socket->dropped() == 3);
  CHECK(slow.stats().dropped == 3);
  auto expected = kilobytes(1, 9);
  expected.push_back("small");
  CHECK(slow.read_all() == expected);
  CHECK(slow.closed == 0);
}

TEST_CASE("drop_oldest gives up what has waited longest, never half a message") {
  Slow slow(ws::Overflow::drop_oldest);
  slow.connect();
  slow.client->peer().set_window(100);  // the first message is on its way: it can no longer be given up
  for (int i = 1; i <= 12; ++i) CHECK(slow.send(kilobyte(i)) == (i <= 4 ? Sent::ok : Sent::queued));
  CHECK(slow.socket->buffered_amount() <= 10'000);
  CHECK(slow.socket->dropped() == slow.stats().dropped);
  const auto got = slow.read_all();
  const auto dropped = slow.stats().dropped;
  CHECK(dropped >= 2);
  REQUIRE(got.size() == 12 - dropped);
  CHECK(got.front() == kilobyte(1));
  for (std::size_t i = 1; i < got.size(); ++i) CHECK(got[i] == kilobyte(static_cast<int>(i + 1 + dropped)));
}

TEST_CASE("latest_per_key replaces what waits under the same key, and says how often") {
  Slow slow(ws::Overflow::latest_per_key);
  slow.connect();
  for (int i = 1; i <= 1000; ++i) CHECK(slow.send("a" + std::to_string(i), {.key = 1}) == Sent::ok);
  for (int i = 1; i <= 500; ++i) CHECK(slow.send("b" + std::to_string(i), {.key = 2}) == Sent::ok);
  CHECK(slow.send("no key") == Sent::ok);
  CHECK(slow.stats().conflated == 999 + 499);
  CHECK(slow.stats().dropped == 0);
  CHECK(slow.socket->dropped() == 999 + 499);
  CHECK(slow.socket->buffered_amount() < 100);
  CHECK(slow.read_all() == std::vector<std::string>{"a1000", "b500", "no key"});
}

TEST_CASE("latest_per_key drops the oldest once keys alone do not keep it below the limit") {
  Slow slow(ws::Overflow::latest_per_key);
  slow.connect();
  for (int i = 1; i <= 30; ++i) CHECK(slow.send(kilobyte(i), {.key = static_cast<std::uint64_t>(i)}) != Sent::dropped);
  CHECK(slow.stats().dropped == 21);
  CHECK(slow.read_all() == kilobytes(22, 30));
}

TEST_CASE("one message always fits, however small the limit") {
  for (const auto policy :
       {ws::Overflow::disconnect, ws::Overflow::drop_newest, ws::Overflow::drop_oldest, ws::Overflow::latest_per_key}) {
    Slow slow(policy);
    slow.connect();
    const std::string large(1'000'000, 'x');
    CHECK(slow.send(large) == Sent::queued);
    CHECK(slow.read_all() == std::vector<std::string>{large});
    CHECK(slow.closed == 0);
    CHECK(slow.stats().dropped == 0);
  }
}

TEST_CASE("a room has a policy of its own, for what is published to it and nothing else") {
  Slow slow(ws::Overflow::disconnect);
  slow.server->room("r", ws::Overflow::drop_oldest);
  slow.connect();
  slow.send("mine");
  for (int i = 1; i <= 50; ++i) {
    slow.server->publish("r", std::string_view(kilobyte(i)));
    slow.server.run();
  }
  CHECK(slow.closed == 0);
  CHECK(slow.stats().dropped == 41);
  auto expected = kilobytes(42, 50);
  expected.insert(expected.begin(), "mine");
  CHECK(slow.read_all() == expected);
}

TEST_CASE("of a broadcast, the slow lose some and the others nothing") {
  MemoryServer server;
  server->ws("/room", {.on_open = [](ws::Socket& socket, const http::Request&) { socket.join("r"); },
                       .overflow = ws::Overflow::drop_oldest,
                       .soft_limit = 4000,
                       .hard_limit = 10'000});
  WsClient slow(server, "/room"), fast(server, "/room");
  slow.peer().set_window(0);
  for (int i = 1; i <= 50; ++i) {
    server->publish("r", std::string_view(kilobyte(i)));
    server.run();
    CHECK(fast.next() == TestFrame{1, kilobyte(i)});
  }
  slow.peer().set_window(SIZE_MAX);
  server.run();
  for (int i = 42; i <= 50; ++i) CHECK(slow.next() == TestFrame{1, kilobyte(i)});
  CHECK_FALSE(slow.next());
}

TEST_CASE("F13: pings are answered in order while the peer reads; of those it does not read, only the newest waits") {
  Slow slow(ws::Overflow::queue);
  slow.connect();
  slow.client->peer().set_window(SIZE_MAX);
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += client_frame("ping " + std::to_string(i), 9);
  slow.client->write(ten);
  for (int i = 0; i < 10; ++i) CHECK(slow.client->next() == TestFrame{10, "ping " + std::to_string(i)});

  slow.client->peer().set_window(0);
  slow.send(std::string(5000, 'x'));
  for (int i = 0; i < 30; ++i) slow.client->send("while deaf " + std::to_string(i), 9);
  CHECK(slow.socket->buffered_amount() < 5100);
  const auto got = slow.read_all();
  REQUIRE(got.size() == 2);
  CHECK(got[1] == "while deaf 29");
}

TEST_CASE("F13: a ping that is answered at once is never followed by the answer to an older one") {
  Slow slow(ws::Overflow::queue);
  slow.connect();
  slow.send(std::string(5000, 'x'));
  slow.client->send("old", 9);
  slow.client->peer().set_window(2000);  // below the soft limit, not yet down to half of it
  slow.server.run();
  slow.client->send("new", 9);
  const auto got = slow.read_all();
  REQUIRE(got.size() == 2);
  CHECK(got[1] == "new");
}

TEST_CASE("F13: a flood of pings that nobody reads holds no memory and ends with 1008") {
  Slow slow(ws::Overflow::queue);
  slow.connect();
  slow.send(std::string(5000, 'x'));
  const std::string ping = client_frame(std::string(125, 'p'), 9);
  std::string burst;
  for (int i = 0; i < 1000; ++i) burst += ping;
  for (int second = 0; second < 12 && slow.code == 0 && slow.error.empty(); ++second) {
    slow.client->write(burst);
    CHECK(slow.socket->buffered_amount() < 6000);
    slow.server.advance(1s);
  }
  CHECK(slow.error == "WS_CONTROL_FLOOD");
  slow.server.advance(6s);
  CHECK(slow.code == 1008);
}

TEST_CASE("F20: a peer that ends its side gets what is queued for it, and 1006 is told") {
  Slow slow(ws::Overflow::queue);
  slow.connect();
  slow.client->peer().set_window(1000);
  slow.send(std::string(1 << 20, 'x'));
  slow.client->peer().finish();
  slow.server.run();
  CHECK(slow.closed == 0);
  const auto got = slow.read_all();
  REQUIRE(got.size() == 1);
  CHECK(got[0].size() == 1 << 20);
  CHECK(slow.closed == 1);
  CHECK(slow.code == 1006);
}

TEST_CASE("F20: a peer that ends its side and does not read is gone after 5 s") {
  Slow slow(ws::Overflow::queue);
  slow.connect();
  slow.send(std::string(1'000'000, 'x'));
  slow.client->peer().finish();
  slow.server.advance(4s);
  CHECK(slow.closed == 0);
  slow.server.advance(2s);
  CHECK(slow.closed == 1);
  CHECK(slow.code == 1006);
}
