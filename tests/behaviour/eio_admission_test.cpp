// SPDX-License-Identifier: MIT
// Who may connect: pages of which origin, and what the hook that admits clients decides.
#include <stdexcept>
#include <thread>

#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

const std::string websocket = "/socket.io/?EIO=4&transport=websocket";

int polling_status(EioServer& eio, const std::string& origin) {
  return eio.ask("GET", eio_polling, {}, origin.empty() ? ""s : "Origin: " + origin + "\r\n").status;
}
int websocket_status(EioServer& eio, const std::string& origin) {
  WsClient client(eio.server, websocket, origin.empty() ? ""s : "Origin: " + origin + "\r\n");
  return parse_answer(client.response()).status;
}

}  // namespace

TEST_CASE("W9: pages of a foreign origin are refused, on polling and before the 101") {
  eio::EngineOptions options;
  options.origins = {"https://good.com"};
  EioServer eio(std::move(options));
  for (const char* origin :
       {"https://evil.com", "null", "https://good.com.evil.com", "http://good.com", "https://good.com:444"}) {
    CAPTURE(origin);
    CHECK(polling_status(eio, origin) == 403);
    CHECK(websocket_status(eio, origin) == 403);
  }
  for (const char* origin : {"https://good.com", "HTTPS://Good.com:443", "http://localhost", ""}) {
    CAPTURE(origin);
    CHECK(polling_status(eio, origin) == 200);
    CHECK(websocket_status(eio, origin) == 101);
  }
  CHECK(eio.ask("GET", eio_polling, {}, "Origin: https://evil.com\r\n").body == R"({"code":4,"message":"Forbidden"})");
  CHECK(eio.server.logged("origins"));
}

TEST_CASE("W9: origins that cors lists may connect by WebSocket, too") {
  eio::EngineOptions options;
  options.cors.origins = {"https://app.example"};
  EioServer eio(std::move(options));
  CHECK(websocket_status(eio, "https://app.example") == 101);
  CHECK(websocket_status(eio, "https://other.example") == 403);
  CHECK(polling_status(eio, "https://app.example") == 200);
}

TEST_CASE("W9: clients that send no origin can be refused") {
  eio::EngineOptions options;
  options.require_origin = true;
  EioServer eio(std::move(options));
  CHECK(polling_status(eio, "") == 403);
  CHECK(websocket_status(eio, "") == 403);
}

TEST_CASE("the hook may refuse, with words of its own; requests of a session do not ask it") {
  int asked = 0;
  eio::EngineOptions options;
  options.allow_request = [&](const eio::RequestInfo& request, eio::Admission admission) {
    ++asked;
    if (request.query("deny") == "words")
      admission.refuse("not you");
    else if (request.query("deny"))
      admission.refuse();
    else
      admission.allow();
  };
  EioServer eio(std::move(options));
  const std::string polling(eio_polling);
  const HttpAnswer denied = eio.ask("GET", polling + "&deny=1");
  CHECK(denied.status == 403);
  CHECK(denied.body == R"({"code":4,"message":"Forbidden"})");
  CHECK(eio.ask("GET", polling + "&deny=words").body == R"({"code":4,"message":"not you"})");
  net::MemoryPeer peer = eio.server.connect();
  const HttpAnswer over_websocket = parse_answer(eio.server.ask(peer, upgrade_request(websocket + "&deny=words")));
  CHECK(over_websocket.status == 400);
  CHECK(over_websocket.body == "not you");
  CHECK(asked == 3);
  const std::string sid = eio.open();
  eio.post(sid, "4x");
  CHECK(asked == 4);
  WsClient welcome(eio.server, websocket);
  CHECK(welcome.next());
}

TEST_CASE("the hook may decide later, on another thread") {
  std::vector<eio::Admission> waiting;
  eio::EngineOptions options;
  options.allow_request = [&](const eio::RequestInfo&, eio::Admission admission) {
    waiting.push_back(std::move(admission));
  };
  EioServer eio(std::move(options));
  net::MemoryPeer peer = eio.server.connect();
  CHECK(eio.server.ask(peer, http_request("GET", eio_polling)).empty());
  std::thread([&] { waiting.front().allow(); }).join();
  CHECK(eio.answer(peer).status == 200);

  WsClient client(eio.server, websocket);
  CHECK(client.response().empty());
  waiting.back().allow();
  eio.server.run();
  CHECK(client.peer().read().starts_with("HTTP/1.1 101 "));
  CHECK(eio.told.opened == 2);
}

TEST_CASE("a client that goes before the hook decides gets no session") {
  std::vector<eio::Admission> waiting;
  eio::EngineOptions options;
  options.allow_request = [&](const eio::RequestInfo&, eio::Admission admission) {
    waiting.push_back(std::move(admission));
  };
  EioServer eio(std::move(options));
  net::MemoryPeer peer = eio.server.connect();
  eio.server.ask(peer, http_request("GET", eio_polling));
  peer.reset();
  eio.server.run();
  waiting.front().allow();
  eio.server.run();
  CHECK(eio.told.opened == 0);
}

TEST_CASE("W10: a hook that never decides is answered 503 after 10 s, one that throws 500") {
  std::vector<eio::Admission> kept;
  bool throws = false;
  eio::EngineOptions options;
  options.allow_request = [&](const eio::RequestInfo&, eio::Admission admission) {
    if (throws) throw std::runtime_error("no database");
    kept.push_back(std::move(admission));
  };
  EioServer eio(std::move(options));
  net::MemoryPeer peer = eio.server.connect();
  CHECK(eio.server.ask(peer, http_request("GET", eio_polling)).empty());
  WsClient client(eio.server, websocket);
  eio.server.advance(9s);
  CHECK(eio.answer(peer).status == 0);
  eio.server.advance(1500ms);
  CHECK(eio.answer(peer).status == 503);
  CHECK(parse_answer(client.peer().read()).status == 503);
  kept.front().allow();  // too late
  eio.server.run();
  CHECK(eio.told.opened == 0);

  throws = true;
  CHECK(eio.ask("GET", eio_polling).status == 500);
  CHECK(websocket_status(eio, "") == 500);
  CHECK(eio.server.logged("no database"));
}

TEST_CASE("hooks add headers to the first answer of a session and to every one") {
  eio::EngineOptions options;
  options.on_initial_headers = [](eio::ExtraHeaders& headers, const eio::RequestInfo&) {
    headers.add("Set-Cookie", "a=1");
    headers.add("Set-Cookie", "b=2");
  };
  options.on_headers = [](eio::ExtraHeaders& headers, const eio::RequestInfo& request) {
    headers.add("X-Method", request.method());
  };
  EioServer eio(std::move(options));
  const HttpAnswer first = eio.ask("GET", eio_polling);
  CHECK(first.has("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
  CHECK(first.has("X-Method: GET\r\n"));
  const std::string sid = first.body.substr(first.body.find(R"("sid":")") + 7, 24);
  const HttpAnswer next = eio.post(sid, "4x");
  CHECK_FALSE(next.has("Set-Cookie"));
  CHECK(next.has("X-Method: POST\r\n"));
  WsClient client(eio.server, websocket);
  CHECK(client.response().find("Set-Cookie: a=1\r\n") != std::string::npos);
}
