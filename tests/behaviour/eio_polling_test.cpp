// SPDX-License-Identifier: MIT
// Sessions over polling: sending, the heartbeat, ending, and clients that misbehave.
#include <algorithm>
#include <stdexcept>

#include "support/allocations.h"
#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

TEST_CASE("a payload's packets are delivered in order, and echoed in one answer") {
  EioServer eio({}, true);
  const std::string sid = eio.open();
  const HttpAnswer answer = eio.post(sid,
                                     "4hello\x1e"
                                     "4w\xc3\xb6rld\x1e"
                                     "bAQIDBA==");
  CHECK(answer.status == 200);
  CHECK(answer.body == "ok");
  CHECK(answer.has("Content-Type: text/html\r\n"));
  const HttpAnswer poll = eio.poll(sid);
  CHECK(poll.body ==
        "4hello\x1e"
        "4w\xc3\xb6rld\x1e"
        "bAQIDBA==");
  CHECK(poll.has("Content-Type: text/plain; charset=UTF-8\r\n"));
  CHECK(poll.has("cache-control: no-store\r\n"));
}

TEST_CASE("a poll waits until something is sent; what is sent in one turn comes in one answer") {
  EioServer eio;
  net::MemoryPeer poll = eio.start_poll(eio.open());
  CHECK(eio.answer(poll).status == 0);
  eio.told.newest.with([](eio::Socket& socket) {
    socket.send("a");
    socket.send("b");
  });
  CHECK(eio.answer(poll).body ==
        "4a\x1e"
        "4b");
}

TEST_CASE("a droppable message leaves only with a poll that is open") {
  EioServer eio;
  const std::string sid = eio.open();
  std::vector<Sent> results;
  auto send = [&] {
    eio.told.newest.with([&](eio::Socket& socket) { results.push_back(socket.send("v", {.droppable = true})); });
    eio.server.run();
  };
  send();
  net::MemoryPeer poll = eio.start_poll(sid);
  send();
  CHECK(results == std::vector{Sent::dropped, Sent::ok});
  CHECK(eio.answer(poll).body == "4v");
}

TEST_CASE("long answers are compressed for clients that take it") {
  EioServer eio;
  const std::string sid = eio.open();
  eio.send(std::string(1023, 'a'));
  const HttpAnswer packed = eio.ask("GET", EioServer::url(sid), {}, "Accept-Encoding: gzip, deflate\r\n");
  CHECK(packed.has("Content-Encoding: gzip\r\n"));
  CHECK(packed.body.starts_with("\x1f\x8b"));
  CHECK(packed.body.size() < 100);
  eio.send(std::string(1022, 'a'));
  CHECK_FALSE(eio.ask("GET", EioServer::url(sid), {}, "Accept-Encoding: gzip\r\n").has("Content-Encoding"));
  eio.send(std::string(2000, 'a'));
  CHECK(eio.poll(sid).body.size() == 2001);
}

TEST_CASE("E5: a POST of 124,000 packets is delivered whole, in slices between which the loop does other work") {
  EioServer eio;
  const std::string sid = eio.open();
  std::string body = "40";
  for (int i = 1; i < 124'000; ++i)
    body +=
        "\x1e"
        "4" +
        std::to_string(i % 10);
  net::MemoryPeer peer = eio.server.connect();
  peer.write(http_request("POST", EioServer::url(sid), body));
  CHECK(eio.largest_slice_of(124'000) <= 256);
  CHECK(eio.told.messages.size() == 124'000);
  CHECK(eio.told.messages[123'999] == "9");
  CHECK(eio.answer(peer).body == "ok");
}

TEST_CASE("E5: a payload of more than 131,072 packets is refused before the first is delivered") {
  EioServer eio;
  const std::string sid = eio.open();
  std::string body = "4";
  for (int i = 0; i < 131'072; ++i)
    body +=
        "\x1e"
        "4";
  CHECK(eio.post(sid, body).status == 400);
  CHECK(eio.told.messages.empty());
  CHECK(eio.told.reasons == std::vector{"parse error"s});
}

TEST_CASE("E7: a poll that its client breaks off ends the session") {
  for (const bool reset : {true, false}) {
    EioServer eio;
    net::MemoryPeer poll = eio.start_poll(eio.open());
    if (reset)
      poll.reset();
    else
      poll.finish();
    eio.server.run();
    CHECK(eio.told.reasons == std::vector{"transport error"s});
    CHECK(eio.told.details == std::vector{"poll connection closed prematurely"s});
  }
}

TEST_CASE("E7: a POST that its client breaks off half-way ends the session") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer peer = eio.server.connect();
  eio.server.ask(peer,
                 "POST " + EioServer::url(sid) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n4hel");
  CHECK(eio.told.closed == 0);
  peer.reset();
  eio.server.run();
  CHECK(eio.told.reasons == std::vector{"transport error"s});
  CHECK(eio.told.details == std::vector{"data request connection closed prematurely"s});
  CHECK(eio.told.messages.empty());
}

TEST_CASE("E8: a session that nobody comes back to is freed after 20 s; others are not") {
  EioServer eio;
  const std::string used = eio.open();
  eio.post(used, "4x");
  const std::string unused = eio.open();
  eio.server.advance(19s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(2s);
  CHECK(eio.told.closed == 1);
  CHECK(eio.poll(unused).status == 400);
  CHECK(eio.post(used, "4x").status == 200);
}

TEST_CASE("E8: beyond the cap of unclaimed sessions new ones hear 503, until some are claimed") {
  eio::EngineOptions options;
  options.max_unclaimed = 3;
  EioServer eio(std::move(options));
  const std::string sid = eio.open();
  eio.open();
  eio.open();
  const HttpAnswer answer = eio.ask("GET", eio_polling);
  CHECK(answer.status == 503);
  CHECK(answer.has("Retry-After: "));
  eio.post(sid, "4x");
  CHECK(eio.ask("GET", eio_polling).status == 200);
}

TEST_CASE("E13: session ids have 24 characters and do not repeat") {
  EioServer eio;
  std::vector<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.push_back(eio.open());
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  for (const std::string& id : ids)
    CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
}

TEST_CASE("E14: a client that does not answer a ping is closed after 45 s") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  eio.server.advance(24s);
  CHECK(eio.answer(poll).status == 0);
  eio.server.advance(1500ms);
  CHECK(eio.answer(poll).body == "2");
  net::MemoryPeer next = eio.start_poll(sid);
  eio.server.advance(18s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(2500ms);
  CHECK(eio.told.reasons == std::vector{"ping timeout"s});
  CHECK(eio.answer(next).body == "1");
}

TEST_CASE(
    "E14: a poll that comes when the pong is overdue is refused, though it is read before the timer is looked at") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  eio.server.advance(25'500ms);
  CHECK(eio.answer(poll).body == "2");
  eio.server.advance(19'495ms);
  CHECK(eio.told.closed == 0);
  eio.server.backend().stall(10ms);
  CHECK(eio.poll(sid).status == 400);
  CHECK(eio.told.reasons == std::vector{"ping timeout"s});
}

TEST_CASE("the next ping comes one interval after the pong") {
  EioServer eio;
  const std::string sid = eio.open();
  for (int i = 0; i < 4; ++i) {
    net::MemoryPeer poll = eio.start_poll(sid);
    eio.server.advance(25'500ms);
    CHECK(eio.answer(poll).body == "2");
    eio.post(sid, "3");
  }
  CHECK(eio.told.closed == 0);
}

TEST_CASE("what a client sends after a ping counts as life, too") {
  EioServer eio;
  const std::string sid = eio.open();
  eio.post(sid, "4x");
  eio.server.advance(40s);
  eio.post(sid, "4y");
  eio.server.advance(15s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(6s);
  CHECK(eio.told.reasons == std::vector{"ping timeout"s});
}

TEST_CASE("a client's close packet is answered with a noop on the open poll, and the session is gone") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  CHECK(eio.post(sid, "1").body == "ok");
  CHECK(eio.answer(poll).body == "6");
  CHECK(eio.poll(sid).status == 400);
  CHECK(eio.told.reasons == std::vector{"transport close"s});
}

TEST_CASE("a poll that was sent together with its client's close is answered, whichever of the two is heard first") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer closing = eio.server.connect();
  closing.write(http_request("POST", EioServer::url(sid), "1"));
  eio.server.run();
  CHECK(eio.told.reasons == std::vector{"transport close"s});
  CHECK(eio.answer(closing).status == 0);
  const HttpAnswer poll = eio.poll(sid);
  CHECK(poll.status == 200);
  CHECK(poll.body == "6");
  CHECK(poll.has("Content-Type: text/plain; charset=UTF-8\r\n"));
  CHECK(eio.answer(closing).body == "ok");
  CHECK(eio.poll(sid).status == 400);
  CHECK(eio.told.closed == 1);
}

TEST_CASE("a close is answered after 100 ms without a poll, and then the session is unknown") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer closing = eio.server.connect();
  closing.write(http_request("POST", EioServer::url(sid), "1"));
  eio.server.advance(90ms);
  CHECK(eio.answer(closing).status == 0);
  CHECK(eio.post(sid, "4x").status == 400);  // it waits for a poll and nothing else
  eio.server.advance(20ms);
  CHECK(eio.answer(closing).body == "ok");
  CHECK(eio.poll(sid).status == 400);
}

TEST_CASE("of closes that wait for a poll there are at most 256; the others are answered at once") {
  EioServer eio;
  std::vector<net::MemoryPeer> peers;
  for (int i = 0; i < 257; ++i) {
    const std::string sid = eio.open();
    peers.push_back(eio.server.connect());
    peers.back().write(http_request("POST", EioServer::url(sid), "1"));
    eio.server.run();
  }
  CHECK(eio.told.closed == 257);
  CHECK(eio.answer(peers[255]).status == 0);
  CHECK(eio.answer(peers[256]).body == "ok");
  eio.server.advance(110ms);
  for (int i = 0; i < 256; ++i) CHECK(eio.answer(peers[static_cast<std::size_t>(i)]).body == "ok");
}

TEST_CASE("what was said before a client's close in the same POST is answered to the poll that is open") {
  EioServer eio({}, true);
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  CHECK(eio.post(sid,
                 "4last words\x1e"
                 "1")
            .body == "ok");
  CHECK(eio.answer(poll).body == "4last words");
  CHECK(eio.poll(sid).status == 400);
}

TEST_CASE("the server's close reaches an open poll at once, or comes in the one after what waits") {
  EioServer eio;
  const std::string first = eio.open();
  net::MemoryPeer poll = eio.start_poll(first);
  eio.told.newest.close();
  CHECK(eio.answer(poll).body == "1");

  const std::string second = eio.open();
  eio.told.newest.with([](eio::Socket& socket) {
    socket.send("bye");
    socket.close();
    CHECK(socket.send("late") == Sent::closed);
  });
  eio.server.run();
  CHECK(eio.told.closed == 1);
  // Together, the client would report a closed transport before it had read what the server said last.
  CHECK(eio.poll(second).body == "4bye");
  // The noop is there because it is in Node's answer, byte for byte (engine.io 6.6, "triggering empty send").
  CHECK(eio.poll(second).body ==
        "6\x1e"
        "1");
  CHECK(eio.told.reasons == std::vector{"forced close"s, "forced close"s});
  CHECK(eio.poll(second).status == 400);
}

TEST_CASE("a closing session that is never polled again is given up after 30 s") {
  EioServer eio;
  const std::string sid = eio.open();
  eio.post(sid, "4x");
  eio.told.newest.close();
  eio.server.advance(10s);
  CHECK(eio.told.closed == 0);
  eio.server.advance(21s);
  CHECK(eio.told.reasons == std::vector{"forced close"s});
}

TEST_CASE("a client that polls too slowly is closed past the hard limit; one message always fits") {
  EioServer eio;
  eio.open();
  std::vector<Sent> results;
  eio.told.newest.with([&](eio::Socket& socket) {
    results.push_back(socket.send(std::string_view(std::string(2'000'000, 'a'))));
    results.push_back(socket.send("b"));
  });
  eio.server.run();
  CHECK((results == std::vector{Sent::queued, Sent::closed}));
  CHECK(eio.told.reasons == std::vector{"transport error"s});
  CHECK(eio.told.details[0].find("hard_limit") != std::string::npos);
}

TEST_CASE("a mark is seen when the client polls again") {
  EioServer eio;
  const std::string sid = eio.open();
  eio.send("a");
  CHECK(eio.poll(sid).body == "4a");
  CHECK(eio.told.marks == 1);
  CHECK(eio.told.marks_seen == 0);
  net::MemoryPeer poll = eio.start_poll(sid);
  CHECK(eio.told.marks_seen == 1);
}

TEST_CASE("a handler that throws ends its session and no other") {
  int closed = 0;
  MemoryServer server;
  server->engine({}, {.on_message = [](eio::Socket&, ws::Message) { throw std::runtime_error("no"); },
                      .on_close = [&](eio::Socket&, const eio::CloseReason&) { ++closed; }});
  auto open = [&] {
    net::MemoryPeer peer = server.connect();
    return parse_answer(server.ask(peer, http_request("GET", eio_polling))).body.substr(9, 24);
  };
  const std::string one = open(), other = open();
  net::MemoryPeer peer = server.connect();
  CHECK(parse_answer(server.ask(peer, http_request("POST", EioServer::url(one), "4x"))).body == "ok");
  CHECK(closed == 1);
  CHECK(server.logged("threw: no"));
  CHECK(parse_answer(server.ask(peer, http_request("POST", EioServer::url(other), "6"))).status == 200);
}

TEST_CASE("a drain tells every session and lets the polls go") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer poll = eio.start_poll(sid);
  WsClient client(eio.server, "/socket.io/?EIO=4&transport=websocket");
  CHECK(client.next());
  eio.server->drain();
  eio.server.advance(1s);
  CHECK(eio.told.reasons == std::vector{"server shutting down"s, "server shutting down"s});
  CHECK(eio.answer(poll).body == "1");
  CHECK(client.close_code() == 1005);
}

TEST_CASE("a server that ends at once tells every session, also one that is between two polls") {
  EioServer eio;
  eio.open();
  net::MemoryPeer poll = eio.start_poll(eio.open());
  WsClient client(eio.server, "/socket.io/?EIO=4&transport=websocket");
  CHECK(client.next());
  eio.server->stop();
  eio.server.destroy();
  CHECK(eio.told.opened == 3);
  CHECK(eio.told.reasons == std::vector(3, "server shutting down"s));
}

TEST_CASE("an echo over polling, a POST and the poll that it answers, allocates a handful of times") {
  EioServer eio({}, true);
  const std::string url = EioServer::url(eio.open());
  const std::string headers =
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
      "Accept-Language: en\r\nConnection: keep-alive\r\nCookie: a=b\r\n";
  const std::string poll = http_request("GET", url, {}, headers);
  const std::string post = http_request("POST", url, "4hello, whoever is there", headers);
  net::MemoryPeer polling = eio.server.connect(), posting = eio.server.connect();
  auto round = [&] {
    polling.write(poll);
    posting.write(post);
    const std::size_t count = allocations_during([&] { eio.server.run(); });
    CHECK(parse_answer(polling.read()).body == "4hello, whoever is there");
    CHECK(parse_answer(posting.read()).body == "ok");
    return count;
  };
  for (int i = 0; i < 50; ++i) round();
  std::size_t fewest = SIZE_MAX;
  for (int i = 0; i < 20; ++i) fewest = std::min(fewest, round());
  MESSAGE(fewest, " allocations");
  CHECK(fewest <= 6);
}
