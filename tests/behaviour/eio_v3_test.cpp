// SPDX-License-Identifier: MIT
// Engine.IO 3: what its clients say and hear differently, and the E rows of the catalogue of bad input again.
#include <algorithm>
#include <array>

#include "server/eio/session.h"
#include "support/eio_v3.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

constexpr std::string_view websocket = "/socket.io/?EIO=3&transport=websocket";

}  // namespace

// -- handshake --------------------------------------------------------------------------------------------------------

TEST_CASE("the handshake of version 3 has the same open packet, after its length") {
  V3Server eio;
  const HttpAnswer answer = eio.handshake();
  CHECK(answer.status == 200);
  CHECK(answer.has("Content-Type: text/plain; charset=UTF-8\r\n"));
  CHECK(answer.has("cache-control: no-store\r\n"));
  const std::string rest =
      R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";
  CHECK(
      answer.body.starts_with(std::to_string(std::string(R"(0{"sid":")").size() + 24 + rest.size()) + R"(:0{"sid":")"));
  CHECK(answer.body.ends_with(rest));
  CHECK(eio.told.opened == 1);
  int protocol = 0;
  eio.told.newest.with([&](eio::Socket& socket) { protocol = socket.protocol(); });
  eio.server.run();
  CHECK(protocol == 3);
}

TEST_CASE("E1: without allow_eio3, version 3 is refused as any other; with it, any other still is") {
  const std::string unsupported = R"({"code":5,"message":"Unsupported protocol version"})";
  EioServer strict;
  CHECK(strict.ask("GET", "/socket.io/?EIO=5&transport=polling").body == unsupported);
  CHECK(strict.server.log().empty());
  CHECK(strict.ask("GET", "/socket.io/?EIO=3&transport=polling").body == unsupported);
  CHECK(strict.server.logged("a client of Engine.IO 3 (Socket.IO 2) is refused at /socket.io/: set `allow_eio3`"));
  V3Server eio;
  for (const char* version : {"", "EIO=5&", "EIO=2&", "EIO=abc&", "EIO=3&EIO=4&", "EIO=33&"}) {
    CAPTURE(version);
    const HttpAnswer answer = eio.ask("GET", "/socket.io/?"s + version + "transport=polling");
    CHECK(answer.status == 400);
    CHECK(answer.body == unsupported);
    net::MemoryPeer peer = eio.server.connect();
    const auto request = upgrade_request("/socket.io/?"s + version + "transport=websocket");
    CHECK(parse_answer(eio.server.ask(peer, request)).body == "Unsupported protocol version");
  }
  CHECK(eio.ask("GET", eio_polling).body.starts_with("0{"));
  CHECK(eio.told.opened == 1);
}

// -- polling ----------------------------------------------------------------------------------------------------------

TEST_CASE("texts are echoed with lengths in UTF-16 code units") {
  V3Server eio(allowing(), true);
  const std::string sid = eio.open();
  const HttpAnswer answer = eio.post(sid,
                                     "6:4hello3:4w\xc3\xb6"
                                     "3:4\xf0\x9f\x91\x8b");
  CHECK(answer.status == 200);
  CHECK(answer.body == "ok");
  const HttpAnswer poll = eio.poll(sid);
  CHECK(poll.body ==
        "6:4hello3:4w\xc3\xb6"
        "3:4\xf0\x9f\x91\x8b");
  CHECK(poll.has("Content-Type: text/plain; charset=UTF-8\r\n"));
}

TEST_CASE("an answer with bytes is binary, also its texts; the next without is text again") {
  V3Server eio(allowing(), true);
  const std::string sid = eio.open();
  const std::string payload =
      "\x00\x02\xff"
      "4a\x01\x04\xff\x04\x01\x02\x03"s;
  CHECK(eio.post_bytes(sid, payload).body == "ok");
  const HttpAnswer poll = eio.poll(sid);
  CHECK(poll.body == payload);
  CHECK(poll.has("Content-Type: application/octet-stream\r\n"));
  eio.post(sid, "2:4b6:b4AQID");  // base64 is taken from everybody
  CHECK(eio.poll(sid).body ==
        "\x00\x02\xff"
        "4b\x01\x04\xff\x04\x01\x02\x03"s);
  eio.post(sid, "2:4c");
  CHECK(eio.poll(sid).body == "2:4c");
}

TEST_CASE("a client that said b64 gets bytes as base64, on either transport") {
  V3Server eio(allowing(), true, "&b64=1");
  const std::string sid = eio.open();
  eio.post(sid, "2:4a6:b4AQID");
  const HttpAnswer poll = eio.poll(sid);
  CHECK(poll.body == "2:4a6:b4AQID");
  CHECK(poll.has("Content-Type: text/plain; charset=UTF-8\r\n"));
  WsClient client(eio.server, std::string(websocket) + "&b64=1");
  client.next();
  client.send("b4AQID");
  CHECK(client.next() == TestFrame{1, "b4AQID"});
}

TEST_CASE("what is sent to everyone reaches each client in its own way") {
  V3Server eio(allowing());
  const std::string bytes("\x01\x02\x03", 3);
  const auto packet = eio::SharedPacket::make("4451-[]", std::array{as_bytes(std::string_view(bytes))});
  auto send = [&] {
    eio.told.newest.with([&](eio::Socket& socket) {
      eio::LoopPacket on_loop(packet, eio.server.reactor());
      CHECK(eio::Session::of(socket).send_shared(on_loop, {}) == Sent::ok);
    });
    eio.server.run();
  };
  const std::string sid = eio.open();
  send();
  CHECK(eio.poll(sid).body ==
        "\x00\x07\xff"
        "4451-[]\x01\x04\xff\x04\x01\x02\x03"s);

  V3Server text_only(allowing(), false, "&b64=1");
  const std::string text_sid = text_only.open();
  text_only.told.newest.with([&](eio::Socket& socket) {
    eio::LoopPacket on_loop(packet, text_only.server.reactor());
    eio::Session::of(socket).send_shared(on_loop, {});
  });
  text_only.server.run();
  CHECK(text_only.poll(text_sid).body == "7:4451-[]6:b4AQID");

  WsClient client(eio.server, websocket);
  client.next();
  send();
  CHECK(client.next() == TestFrame{1, "4451-[]"});
  CHECK(client.next() == TestFrame{2, "\x04" + bytes});
}

TEST_CASE("long answers of version 3 are compressed, bytes too") {
  V3Server eio;
  const std::string sid = eio.open();
  const std::string bytes(2'000, 'x');
  eio.told.newest.with([&](eio::Socket& socket) { socket.send(std::as_bytes(std::span(bytes))); });
  eio.server.run();
  const HttpAnswer packed = eio.ask("GET", eio.url(sid), {}, "Accept-Encoding: gzip\r\n");
  CHECK(packed.has("Content-Encoding: gzip\r\n"));
  CHECK(packed.has("Content-Type: application/octet-stream\r\n"));
  CHECK(packed.body.size() < 100);
}

TEST_CASE("the client's close is answered with a noop, and the server's close arrives, both with their lengths") {
  V3Server eio;
  const std::string first = eio.open();
  net::MemoryPeer poll = eio.start_poll(first);
  CHECK(eio.post(first, "1:1").body == "ok");
  CHECK(eio.answer(poll).body == "1:6");
  CHECK(eio.told.reasons == std::vector{"transport close"s});

  const std::string second = eio.open();
  net::MemoryPeer open_poll = eio.start_poll(second);
  eio.told.newest.close();
  CHECK(eio.answer(open_poll).body == "1:1");

  const std::string third = eio.open();
  eio.told.newest.with([](eio::Socket& socket) {
    socket.send("bye");
    socket.close();
  });
  eio.server.run();
  CHECK(eio.poll(third).body == "4:4bye");
  CHECK(eio.poll(third).body == "1:61:1");

  const std::string fourth = eio.open();  // the poll that was sent together with the close, heard after it
  net::MemoryPeer closing = eio.server.connect();
  closing.write(http_request("POST", eio.url(fourth), "1:1"));
  eio.server.run();
  CHECK(eio.poll(fourth).body == "1:6");
}

// -- the heartbeat ----------------------------------------------------------------------------------------------------

TEST_CASE("the client pings and is answered; the server never pings") {
  V3Server eio;
  const std::string sid = eio.open();
  for (int i = 0; i < 4; ++i) {
    net::MemoryPeer poll = eio.start_poll(sid);
    eio.server.advance(25s);
    CHECK(eio.answer(poll).status == 0);
    eio.post(sid, "1:2");
    CHECK(eio.answer(poll).body == "1:3");
  }
  WsClient client(eio.server, websocket);
  client.next();
  client.send("2");
  CHECK(client.next() == TestFrame{1, "3"});
  eio.server.advance(44s);
  CHECK_FALSE(client.next());
  CHECK(eio.told.closed == 0);
}

TEST_CASE(
    "E14: a client that stops pinging is closed after 45 s, on either transport; anything it says counts as life") {
  V3Server eio;
  const std::string sid = eio.open();
  eio.post(sid, "1:2");
  WsClient client(eio.server, websocket);
  client.next();
  eio.server.advance(30s);
  eio.post(sid, "2:4x");
  client.send("4x");
  eio.server.advance(44s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(2s);
  CHECK(eio.told.reasons == std::vector{"ping timeout"s, "ping timeout"s});
  CHECK(client.close_code() == 1005);
}

TEST_CASE("R14: a pause of the server's is not held against a client that pings") {
  V3Server eio;
  WsClient client(eio.server, websocket);
  client.next();
  eio.server.backend().stall(60s);
  eio.server.run();
  eio.server.advance(40s);
  CHECK(eio.told.closed == 0);
  client.send("2");
  CHECK(client.next() == TestFrame{1, "3"});
}

TEST_CASE("E6: a pong of a client's that pings is a transport error, on either transport") {
  V3Server eio;
  eio.post(eio.open(), "1:3");
  WsClient client(eio.server, websocket);
  client.next();
  client.send("3");
  CHECK(client.close_code() == 1005);
  CHECK(eio.told.reasons == std::vector{"transport error"s, "transport error"s});
  CHECK(eio.told.details == std::vector{"invalid heartbeat direction"s, "invalid heartbeat direction"s});
}

TEST_CASE("pings that nobody fetches the answers to are answered once") {
  V3Server eio;
  const std::string sid = eio.open();
  std::string pings;
  for (int i = 0; i < 100'000; ++i) pings += "1:2";
  eio.post(sid, pings);
  CHECK(eio.poll(sid).body == "1:3");
  eio.post(sid, "1:22:4x1:2");
  CHECK(eio.told.messages == std::vector{"x"s});
  CHECK(eio.poll(sid).body == "1:3");
}

// -- WebSocket and the upgrade ----------------------------------------------------------------------------------------

TEST_CASE("over a WebSocket bytes follow their type") {
  V3Server eio(allowing(), true);
  WsClient client(eio.server, websocket);
  const auto open = client.next();
  REQUIRE(open);
  CHECK(open->payload.starts_with(R"(0{"sid":")"));
  client.send("4hello");
  CHECK(client.next() == TestFrame{1, "4hello"});
  client.send("\x04\x00\xff"s, 2);
  CHECK(client.next() == TestFrame{2, "\x04\x00\xff"s});
}

TEST_CASE("E6: over a WebSocket, bytes without their type and packets that are none are parse errors") {
  for (const auto& bad : {std::pair("\x01\x02"s, 2), std::pair(""s, 2), std::pair("4\x02"s, 2), std::pair("9"s, 1),
                          std::pair(""s, 1), std::pair("b4!"s, 1), std::pair("bAQID"s, 1)}) {
    const auto& payload = bad.first;
    CAPTURE(payload);
    V3Server eio;
    WsClient client(eio.server, websocket);
    client.next();
    client.send(payload, bad.second);
    CHECK(client.close_code() == 1005);
    CHECK(eio.told.reasons == std::vector{"parse error"s});
    CHECK(eio.told.messages.empty());
  }
}

TEST_CASE("an upgrade of version 3: probe, noop with its length, switch; what waited comes first") {
  V3Server eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  WsClient client(eio.server, std::string(websocket) + "&sid=" + sid);
  client.send("2probe");
  CHECK(client.next() == TestFrame{1, "3probe"});
  eio.server.advance(110ms);
  CHECK(eio.answer(poll).body == "1:6");
  const std::string bytes("\x01\x02", 2);
  eio.told.newest.with([&](eio::Socket& socket) {
    socket.send("first");
    socket.send(std::as_bytes(std::span(bytes)));
  });
  eio.server.run();
  client.send("5");
  CHECK(client.next() == TestFrame{1, "4first"});
  CHECK(client.next() == TestFrame{2, "\x04" + bytes});
  CHECK(eio.told.upgraded == 1);
  CHECK(eio.poll(sid).status == 400);
  client.send("2");
  CHECK(client.next() == TestFrame{1, "3"});
}

TEST_CASE("E9: an upgrade of version 3 that is never completed is closed after 10 s; polling goes on") {
  V3Server eio;
  const std::string sid = eio.open();
  WsClient client(eio.server, std::string(websocket) + "&sid=" + sid);
  eio.server.advance(10'500ms);
  CHECK(client.close_code() == 1005);
  CHECK(eio.post(sid, "2:4x").status == 200);
  CHECK(eio.told.messages == std::vector{"x"s});
}

// -- bad input --------------------------------------------------------------------------------------------------------

TEST_CASE("E2: in version 3, too, a second poll beside an open one ends the session") {
  V3Server eio;
  const std::string sid = eio.open();
  net::MemoryPeer first = eio.start_poll(sid);
  CHECK(eio.poll(sid).status == 400);
  CHECK(eio.answer(first).body == "1:1");
  CHECK(eio.told.details == std::vector{"overlap from client"s});
}

TEST_CASE("E3: a body over the limit hears 413, in either form") {
  V3Server eio;
  const std::string sid = eio.open();
  CHECK(eio.post(sid, "1000001:4" + std::string(1'000'000, 'x')).status == 413);
  CHECK(eio.post_bytes(sid, std::string(1'000'001, '\0')).status == 413);
  CHECK(eio.post(sid, "2:4x").status == 200);
}

TEST_CASE("E4: a binary body is refused to clients of version 4 as ever") {
  V3Server eio;
  const std::string sid = eio.EioServer::open();
  const HttpAnswer answer = eio.ask("POST", EioServer::url(sid),
                                    "\x00\x01\xff"
                                    "2"s,
                                    "Content-Type: application/octet-stream\r\n");
  CHECK(answer.status == 400);
  CHECK(eio.told.details == std::vector{"invalid content"s});
}

TEST_CASE(
    "E5: a POST of 124,000 packets of version 3 is delivered whole, in slices between which the loop does other work") {
  V3Server eio;
  const std::string sid = eio.open();
  std::string body;
  for (int i = 0; i < 124'000; ++i) body += "2:4" + std::to_string(i % 10);
  net::MemoryPeer peer = eio.server.connect();
  peer.write(http_request("POST", eio.url(sid), body));
  CHECK(eio.largest_slice_of(124'000) <= 256);
  CHECK(eio.told.messages.size() == 124'000);
  CHECK(eio.told.messages[123'999] == "9");
  CHECK(eio.answer(peer).body == "ok");
}

TEST_CASE("E5: more than 131,072 packets of version 3 are refused before the first is delivered, in either form") {
  for (const bool binary : {false, true}) {
    V3Server eio;
    const std::string sid = eio.open();
    std::string body;
    for (int i = 0; i <= 131'072; ++i)
      body += binary ? "\x00\x01\xff"
                       "4"s
                     : "1:4"s;
    CHECK((binary ? eio.post_bytes(sid, body) : eio.post(sid, body)).status == 400);
    CHECK(eio.told.messages.empty());
    CHECK(eio.told.reasons == std::vector{"parse error"s});
  }
}

TEST_CASE("E6: a bad payload of version 3 ends the session with a parse error, what came before it is delivered") {
  struct Case {
    std::string body;
    bool binary = false, delivers = true;
  };
  for (const auto& bad :
       {Case{"2:4a1:9"}, Case{"2:4a3:4x"}, Case{"2:4a:4x"}, Case{"2:4a1e0:4"}, Case{"2:4a6:b4!!!!"}, Case{"2:4a4"},
        Case{"", false, false}, Case{"4x", false, false}, Case{"2:4\xff", false, false},
        Case{"\x00\x02\xff"
             "4a\x00\x02\xff"
             "4"s,
             true},
        Case{"\x00\x02\xff"
             "4a\x02\x01\xff\x04"s,
             true},
        Case{"\x00\x02\xff"
             "4a\x00\x02\xff"
             "4\xff"s,
             true},
        Case{"\x00\x02\xff"
             "4a\x01\x01\xff"
             "4"s,
             true},
        Case{"2:4a", true, false}}) {
    const std::string& body = bad.body;
    CAPTURE(body);
    V3Server eio;
    const std::string sid = eio.open();
    const HttpAnswer answer = bad.binary ? eio.post_bytes(sid, body) : eio.post(sid, body);
    CHECK(answer.status == (body == "2:4\xff" ? 400 : 200));
    CHECK(eio.told.reasons == std::vector{"parse error"s});
    CHECK(eio.told.messages == (bad.delivers ? std::vector{"a"s} : std::vector<std::string>()));
    CHECK(eio.poll(sid).status == 400);
  }
}

TEST_CASE("E7: a poll or a POST of version 3 that its client breaks off ends the session") {
  V3Server eio;
  net::MemoryPeer poll = eio.start_poll(eio.open());
  poll.reset();
  eio.server.run();
  const std::string sid = eio.open();
  net::MemoryPeer peer = eio.server.connect();
  eio.server.ask(peer, "POST " + eio.url(sid) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n6:4hel");
  peer.reset();
  eio.server.run();
  CHECK(eio.told.details ==
        std::vector{"poll connection closed prematurely"s, "data request connection closed prematurely"s});
  CHECK(eio.told.messages.empty());
}

TEST_CASE("E8: a session of version 3 that nobody comes back to is freed after 20 s") {
  V3Server eio;
  eio.open();
  eio.server.advance(19s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(2s);
  CHECK(eio.told.reasons == std::vector{"ping timeout"s});
}

TEST_CASE("E12: other methods with a session id of version 3 hear 405") {
  V3Server eio;
  CHECK(eio.ask("DELETE", eio.url(eio.open())).status == 405);
}

TEST_CASE("a client of version 3 that polls too slowly is closed past the hard limit") {
  V3Server eio;
  const std::string sid = eio.open();
  eio.post(sid, "1:2");
  for (int i = 0; i < 12; ++i) eio.send(std::string(100'000, 'x'));
  CHECK(eio.told.details == std::vector{"the client polls too slowly: more than hard_limit bytes wait for it"s});
}
