// SPDX-License-Identifier: MIT
// WebSockets: as the transport, and taking over from polling.
#include "support/allocations.h"
#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

const std::string websocket = "/socket.io/?EIO=4&transport=websocket";
std::string with_sid(const std::string& sid) { return websocket + "&sid=" + sid; }
std::string text(std::optional<TestFrame> frame) { return frame ? frame->payload : "(nothing)"s; }

}  // namespace

TEST_CASE("messages go both ways over a WebSocket: text with a type, bytes as they are") {
  EioServer eio({}, true);
  WsClient client(eio.server, websocket);
  client.next();
  client.send("4hello");
  CHECK(client.next() == TestFrame{1, "4hello"});
  client.send("\x01\x02\x03"s, 2);
  CHECK(client.next() == TestFrame{2, "\x01\x02\x03"});
  client.send("bAQID");
  CHECK(client.next() == TestFrame{2, "\x01\x02\x03"});
}

TEST_CASE("a bad packet over a WebSocket is a parse error; the Close has no status") {
  EioServer eio;
  WsClient client(eio.server, websocket);
  client.next();
  client.send("abc");
  CHECK(client.close_code() == 1005);
  CHECK(eio.told.reasons == std::vector{"parse error"s});
}

TEST_CASE("a message that is too large is refused with 1009 and no reason") {
  eio::EngineOptions options;
  options.max_http_buffer = 100;
  EioServer eio(std::move(options));
  WsClient client(eio.server, websocket);
  client.next();
  client.send("4" + std::string(99, 'a'));
  client.send("4" + std::string(100, 'a'));
  const auto close = client.next();
  REQUIRE(close);
  CHECK(close->opcode == 8);
  CHECK(close->payload == "\x03\xf1"s);
  CHECK(eio.told.messages.size() == 1);
  CHECK(eio.told.reasons == std::vector{"transport error"s});
}

TEST_CASE("the end of a WebSocket is a transport close, told once") {
  EioServer eio;
  WsClient client(eio.server, websocket);
  client.send(close_payload(1001), 8);
  CHECK(eio.told.reasons == std::vector{"transport close"s});
  WsClient other(eio.server, websocket);
  other.peer().reset();
  eio.server.run();
  CHECK(eio.told.reasons.size() == 2);
  CHECK(eio.told.closed == 2);
}

TEST_CASE("E14: a WebSocket client that does not answer a ping is closed after 45 s") {
  EioServer eio;
  WsClient client(eio.server, websocket);
  client.next();
  eio.server.advance(25'500ms);
  CHECK(client.next() == TestFrame{1, "2"});
  CHECK(eio.told.marks == 1);
  client.send("3");
  CHECK(eio.told.marks_seen == 1);
  eio.server.advance(25'500ms);
  CHECK(client.next() == TestFrame{1, "2"});
  eio.server.advance(18s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(3s);
  CHECK(eio.told.reasons == std::vector{"ping timeout"s});
}

TEST_CASE("an upgrade: probe, noop for the open poll, switch; what waited comes first and in order") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  WsClient client(eio.server, with_sid(sid));
  CHECK(client.response().starts_with("HTTP/1.1 101 "));
  client.send("2probe");
  CHECK(text(client.next()) == "3probe");
  CHECK(eio.answer(poll).status == 0);
  eio.server.advance(150ms);
  CHECK(eio.answer(poll).body == "6");
  eio.send("one");
  eio.send("two");
  client.send("5");
  CHECK(text(client.next()) == "4one");
  CHECK(text(client.next()) == "4two");
  eio.send("three");
  CHECK(text(client.next()) == "4three");
  CHECK(eio.told.upgraded == 1);
  CHECK(eio.poll(sid).status == 400);
  client.send("4up");
  CHECK(eio.told.messages == std::vector{"up"s});
}

TEST_CASE("from the probe on every poll is answered within 100 ms") {
  EioServer eio;
  const std::string sid = eio.open();
  WsClient client(eio.server, with_sid(sid));
  client.send("2probe");
  for (int i = 0; i < 3; ++i) {
    net::MemoryPeer poll = eio.start_poll(sid);
    eio.server.advance(120ms);
    CHECK(eio.answer(poll).body == "6");
  }
}

TEST_CASE("a ping that was lost in the upgrade does not end the pinging") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  eio.server.advance(25'500ms);
  CHECK(eio.answer(poll).body == "2");  // its pong never comes
  WsClient client(eio.server, with_sid(sid));
  client.send("2probe");
  client.send("5");
  client.send("4alive");
  eio.server.advance(15s);
  client.send("3");
  CHECK(text(client.next()) == "3probe");
  eio.server.advance(26s);
  CHECK(text(client.next()) == "2");
}

TEST_CASE("E9: an upgrade that is never completed is closed after 10 s; polling goes on") {
  EioServer eio;
  const std::string sid = eio.open();
  for (const bool probed : {false, true}) {
    WsClient client(eio.server, with_sid(sid));
    if (probed) {
      client.send("2probe");
      CHECK(text(client.next()) == "3probe");
    }
    eio.server.advance(9s);
    CHECK_FALSE(client.next());
    eio.server.advance(1500ms);
    CHECK(client.close_code() == 1005);
  }
  eio.send("still here");
  CHECK(eio.poll(sid).body == "4still here");
  CHECK(eio.told.closed == 0);
}

TEST_CASE("E10: a second upgrade beside one that runs, or after it, is closed; the session is intact") {
  EioServer eio;
  const std::string sid = eio.open();
  WsClient first(eio.server, with_sid(sid)), second(eio.server, with_sid(sid));
  CHECK(second.response().starts_with("HTTP/1.1 101 "));
  CHECK(second.close_code() == 1005);
  first.send("2probe");
  first.send("5");
  CHECK(text(first.next()) == "3probe");
  WsClient third(eio.server, with_sid(sid));
  CHECK(third.close_code() == 1005);
  eio.send("x");
  CHECK(text(first.next()) == "4x");
  CHECK(eio.told.closed == 0);
}

TEST_CASE("E10: anything but the probe and the switch closes the upgrade; the session is intact") {
  for (const char* packet : {"2", "4x", "3probe", "x", ""}) {
    CAPTURE(packet);
    EioServer eio;
    const std::string sid = eio.open();
    WsClient client(eio.server, with_sid(sid));
    client.send(packet);
    CHECK(client.close_code() == 1005);
    eio.send("x");
    CHECK(eio.poll(sid).body == "4x");
    CHECK(eio.told.messages.empty());
  }
}

TEST_CASE("E10: the switch may come without waiting for the probe's answer, or without a probe") {
  for (const bool probe : {true, false}) {
    EioServer eio;
    const std::string sid = eio.open();
    net::MemoryPeer poll = eio.start_poll(sid);
    WsClient client(eio.server, with_sid(sid));
    client.write(probe ? client_frame("2probe") + client_frame("5") : client_frame("5"));
    if (probe) CHECK(text(client.next()) == "3probe");
    CHECK(eio.answer(poll).body == "6");
    eio.send("x");
    CHECK(text(client.next()) == "4x");
  }
}

TEST_CASE("E11: upgrades at any moment of a stream of messages lose none, double none and keep the order") {
  for (int moment = 0; moment < 40; ++moment) {
    std::vector<std::string> got;
    int sent = 0;
    auto take = [&](std::string_view payload) {
      while (!payload.empty()) {
        const std::size_t end = payload.find('\x1e');
        const std::string_view packet = payload.substr(0, end);
        if (packet.starts_with('4')) got.emplace_back(packet.substr(1));
        payload = end == std::string_view::npos ? std::string_view() : payload.substr(end + 1);
      }
    };
    EioServer eio;
    const std::string sid = eio.open();
    auto send = [&] { eio.send(std::to_string(sent++)); };
    for (int i = 0; i < moment % 5; ++i) send();
    if (sent > 0) take(eio.poll(sid).body);
    net::MemoryPeer poll = eio.start_poll(sid);
    WsClient client(eio.server, with_sid(sid));
    if (moment % 3 == 0) send();
    client.send("2probe");
    if (moment % 3 == 1) send();
    eio.server.advance(std::chrono::milliseconds(moment * 7));
    if (moment % 4 == 2) send();
    take(eio.answer(poll).body);
    client.send("5");
    take(eio.answer(poll).body);
    send();
    while (const auto frame = client.next()) take(frame->payload);
    std::vector<std::string> expected;
    for (int i = 0; i < sent; ++i) expected.push_back(std::to_string(i));
    CAPTURE(moment);
    CHECK(got == expected);
  }
}

TEST_CASE("a WebSocket client that does not read is closed with 1013 past the hard limit") {
  EioServer eio;
  WsClient client(eio.server, websocket);
  client.next();
  client.peer().set_window(0);
  const std::string large(900'000, 'a');
  std::vector<Sent> results;
  eio.told.newest.with([&](eio::Socket& socket) {
    results.push_back(socket.send(std::string_view(large)));
    CHECK_FALSE(socket.is_writable());
    results.push_back(socket.send("v", {.droppable = true}));
    results.push_back(socket.send(std::string_view(large)));  // one message may pass the limit
    results.push_back(socket.send("too much"));
  });
  eio.server.run();
  CHECK((results == std::vector{Sent::queued, Sent::dropped, Sent::queued, Sent::closed}));
  CHECK(eio.told.reasons == std::vector{"transport error"s});
  client.peer().set_window(SIZE_MAX);
  eio.server.advance(100ms);
  CHECK(client.next());
  CHECK(client.next());
  CHECK(client.close_code() == 1013);
}

TEST_CASE("a message over a WebSocket allocates nothing, coming or going") {
  EioServer eio({}, true);
  WsClient client(eio.server, websocket);
  client.next();
  const std::string frame = client_frame("4hello, whoever is there");
  auto turn = [&] {
    client.peer().write(frame);
    return allocations_during([&] { eio.server.run(); });
  };
  for (int i = 0; i < 50; ++i) {
    turn();
    client.next();
  }
  std::size_t fewest = SIZE_MAX;
  for (int i = 0; i < 20; ++i) {
    fewest = std::min(fewest, turn());
    CHECK(client.next());
  }
  CHECK(fewest == 0);
}
