// SPDX-License-Identifier: MIT
// What is refused, in Node's order and with Node's words.
#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

const std::string unknown_transport = R"({"code":0,"message":"Transport unknown"})";
const std::string unknown_sid = R"({"code":1,"message":"Session ID unknown"})";
const std::string bad_method = R"({"code":2,"message":"Bad handshake method"})";
const std::string bad_request = R"({"code":3,"message":"Bad request"})";
const std::string unsupported = R"({"code":5,"message":"Unsupported protocol version"})";
const std::string nobody = "AAAAAAAAAAAAAAAAAAAAAAAA";

void check_refused(EioServer& eio, std::string_view method, const std::string& target, int status,
                   const std::string& body) {
  CAPTURE(target);
  const HttpAnswer answer = eio.ask(method, target);
  CHECK(answer.status == status);
  CHECK(answer.body == body);
  if (!body.empty()) CHECK(answer.has("Content-Type: application/json\r\n"));
}

}  // namespace

TEST_CASE("a polling handshake is answered as Node answers it") {
  EioServer eio;
  const HttpAnswer answer = eio.ask("GET", eio_polling);
  CHECK(answer.status == 200);
  CHECK(answer.has("Content-Type: text/plain; charset=UTF-8\r\n"));
  CHECK(answer.has("cache-control: no-store\r\n"));
  CHECK(answer.body.starts_with(R"(0{"sid":")"));
  CHECK(answer.body.ends_with(
      R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})"));
  CHECK(eio.told.opened == 1);
}

TEST_CASE("a WebSocket handshake offers no upgrades") {
  EioServer eio;
  WsClient client(eio.server, "/socket.io/?EIO=4&transport=websocket");
  CHECK(client.response().starts_with("HTTP/1.1 101 "));
  const auto open = client.next();
  REQUIRE(open);
  CHECK(open->payload.starts_with(R"(0{"sid":")"));
  CHECK(open->payload.find(R"("upgrades":[])") != std::string::npos);
}

TEST_CASE("the path is a prefix of the raw target") {
  EioServer eio;
  CHECK(eio.ask("GET", "/socket.io/foo/bar?EIO=4&transport=polling").status == 200);
  CHECK(eio.ask("GET", "/socket.io?EIO=4&transport=polling").status == 404);
}

TEST_CASE("E1: a wrong protocol, transport, session id or method is refused with its code") {
  EioServer eio;
  for (const char* version : {"", "EIO=3&", "EIO=5&", "EIO=abc&"})
    check_refused(eio, "GET", "/socket.io/?"s + version + "transport=polling", 400, unsupported);
  for (const char* transport : {"", "&transport=abc", "&transport=polling2", "&transport=webtransport"})
    check_refused(eio, "GET", "/socket.io/?EIO=4"s + transport, 400, unknown_transport);
  check_refused(eio, "GET", EioServer::url(nobody), 400, unknown_sid);
  check_refused(eio, "GET", EioServer::url("abc"), 400, unknown_sid);
  check_refused(eio, "POST", std::string(eio_polling), 400, bad_method);
  check_refused(eio, "PUT", std::string(eio_polling), 400, bad_method);
  check_refused(eio, "OPTIONS", std::string(eio_polling), 400, bad_method);
}

TEST_CASE("E1: a session that is on a WebSocket takes no polls") {
  EioServer eio;
  WsClient client(eio.server, "/socket.io/?EIO=4&transport=websocket");
  const std::string open = client.next().value_or(TestFrame{}).payload;
  const std::string sid = open.substr(open.find(R"("sid":")") + 7, 24);
  check_refused(eio, "GET", EioServer::url(sid), 400, bad_request);
}

TEST_CASE("E1: over WebSocket the refusal is the bare text, with 400") {
  EioServer eio;
  auto refused = [&](const std::string& target) {
    net::MemoryPeer peer = eio.server.connect();
    const HttpAnswer answer = parse_answer(eio.server.ask(peer, upgrade_request(target)));
    CHECK(answer.status == 400);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(answer.has("text/html"));
    return answer.body;
  };
  CHECK(refused("/socket.io/?EIO=4&transport=abc") == "Transport unknown");
  CHECK(refused("/socket.io/?EIO=4&transport=websocket&sid=" + nobody) == "Session ID unknown");
  CHECK(refused("/socket.io/?EIO=3&transport=websocket") == "Unsupported protocol version");
  CHECK(refused("/socket.io/?EIO=4&transport=polling") == "Bad request");
}

TEST_CASE("E2: a second poll beside an open one ends the session; the first hears the close packet") {
  EioServer eio;
  const std::string sid = eio.open();
  net::MemoryPeer first = eio.start_poll(sid);
  const HttpAnswer second = eio.poll(sid);
  CHECK(second.status == 400);
  CHECK(second.body.empty());
  const HttpAnswer answer = eio.answer(first);
  CHECK(answer.status == 200);
  CHECK(answer.body == "1");
  CHECK(eio.told.reasons == std::vector{"transport error"s});
  CHECK(eio.told.details == std::vector{"overlap from client"s});
  check_refused(eio, "GET", EioServer::url(sid), 400, unknown_sid);
}

TEST_CASE("E2: a second POST that begins before the first is whole ends the session") {
  EioServer eio;
  const std::string sid = eio.open();
  const std::string request = http_request("POST", EioServer::url(sid), "4hello");
  net::MemoryPeer first = eio.server.connect(), second = eio.server.connect();
  eio.server.ask(first, std::string_view(request).substr(0, request.size() - 3));
  CHECK(parse_answer(eio.server.ask(second, request)).status == 400);
  CHECK(eio.told.details == std::vector{"data request overlap from client"s});
}

TEST_CASE("E3: a body over the limit hears 413 without words, and the session lives on") {
  eio::EngineOptions options;
  options.max_http_buffer = 100;
  EioServer eio(std::move(options));
  const std::string sid = eio.open();
  CHECK(eio.post(sid, "4" + std::string(99, 'a')).status == 200);
  const HttpAnswer declared = eio.post(sid, std::string(101, 'a'));
  CHECK(declared.status == 413);
  CHECK(declared.body.empty());
  CHECK(declared.has("Content-Length: 0\r\n"));
  net::MemoryPeer peer = eio.server.connect();
  const HttpAnswer chunked = parse_answer(eio.server.ask(
      peer, "POST " + EioServer::url(sid) + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                std::string(101, 'a')));
  CHECK(chunked.status == 413);
  CHECK(chunked.body.empty());
  CHECK(eio.post(sid, "4again").status == 200);
  CHECK(eio.told.messages.size() == 2);
  CHECK(eio.told.closed == 0);
}

TEST_CASE("E4: a binary body is refused and ends the session") {
  EioServer eio;
  const std::string sid = eio.open();
  const HttpAnswer answer = eio.ask("POST", EioServer::url(sid), "4x", "Content-Type: application/octet-stream\r\n");
  CHECK(answer.status == 400);
  CHECK(answer.body.empty());
  CHECK(eio.told.reasons == std::vector{"transport error"s});
  CHECK(eio.told.details == std::vector{"invalid content"s});
}

TEST_CASE("E6: a packet that is none ends the session with a parse error, what came before it is delivered") {
  for (const char* payload : {"7", "8x", "", "4a\x1e\x1e", "\x1e\x1e", "4a\x1e", "b4=!", "x"}) {
    CAPTURE(payload);
    EioServer eio;
    const std::string sid = eio.open();
    CHECK(eio.post(sid, payload).body == "ok");
    CHECK(eio.told.reasons == std::vector{"parse error"s});
    check_refused(eio, "GET", EioServer::url(sid), 400, unknown_sid);
    if (payload[0] == '4') CHECK(eio.told.messages == std::vector{"a"s});
  }
}

TEST_CASE("E6: a ping of the client's is a transport error, on either transport") {
  EioServer eio;
  eio.post(eio.open(), "2");
  WsClient client(eio.server, "/socket.io/?EIO=4&transport=websocket");
  client.send("2");
  CHECK(eio.told.reasons == std::vector{"transport error"s, "transport error"s});
  CHECK(eio.told.details[0] == "invalid heartbeat direction");
  CHECK(client.next());
  CHECK(client.close_code() == 1005);
}

TEST_CASE("E12: other methods with a session id hear 405") {
  EioServer eio;
  const std::string sid = eio.open();
  for (const char* method : {"PUT", "DELETE", "PATCH"}) {
    const HttpAnswer answer = eio.ask(method, EioServer::url(sid));
    CHECK(answer.status == 405);
    CHECK(answer.has("Allow: GET, POST\r\n"));
  }
  CHECK(eio.told.closed == 0);
}

TEST_CASE("E15: a request for the websocket transport without an upgrade is refused") {
  EioServer eio;
  const std::string sid = eio.open();
  for (const std::string& session : {""s, "&sid=" + sid, "&sid=" + nobody})
    check_refused(eio, "GET", "/socket.io/?EIO=4&transport=websocket" + session, 400, bad_request);
  CHECK(eio.told.closed == 0);
}

TEST_CASE("E16: JSONP is refused") {
  EioServer eio;
  check_refused(eio, "GET", std::string(eio_polling) + "&j=0", 400, bad_request);
}

TEST_CASE("H26: queries that are meant to confuse are refused in JSON") {
  EioServer eio;
  const std::string sid = eio.open();
  check_refused(eio, "GET", EioServer::url(sid) + "&sid=" + sid, 400, unknown_sid);
  check_refused(eio, "GET", EioServer::url("__proto__"), 400, unknown_sid);
  check_refused(eio, "GET", "/socket.io/?EIO=4&transport=constructor", 400, unknown_transport);
  check_refused(eio, "GET", "/socket.io/?EIO=4&transport=polling&transport=polling", 400, unknown_transport);
  std::string many = "/socket.io/?EIO=4&transport=x";
  for (int i = 0; i < 3900; ++i) many += "&a";
  check_refused(eio, "GET", many, 400, unknown_transport);
  CHECK(eio.told.closed == 0);
}

TEST_CASE("CORS is answered as the npm package does") {
  auto server = [](std::vector<std::string> origins) {
    eio::EngineOptions options;
    options.cors.origins = std::move(origins);
    options.cors.credentials = true;
    return options;
  };
  EioServer any(server({"*"}));
  const HttpAnswer open = any.ask("GET", eio_polling, {}, "Origin: http://elsewhere.example\r\n");
  CHECK(open.status == 200);
  CHECK(open.has("Access-Control-Allow-Origin: *\r\n"));
  CHECK(open.has("Access-Control-Allow-Credentials: true\r\n"));
  const HttpAnswer preflight = any.ask(
      "OPTIONS", eio_polling, {}, "Origin: http://elsewhere.example\r\nAccess-Control-Request-Headers: X-Token\r\n");
  CHECK(preflight.status == 204);
  CHECK(preflight.has("Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\r\n"));
  CHECK(preflight.has("Access-Control-Allow-Headers: X-Token\r\n"));
  CHECK(preflight.has("Vary: Access-Control-Request-Headers\r\n"));
  CHECK(preflight.body.empty());
  CHECK(any.ask("GET", "/socket.io/?EIO=4").has("Access-Control-Allow-Origin: *\r\n"));  // errors, too

  EioServer listed(server({"http://good.example"}));
  const HttpAnswer good = listed.ask("GET", eio_polling, {}, "Origin: http://good.example\r\n");
  CHECK(good.status == 200);
  CHECK(good.has("Access-Control-Allow-Origin: http://good.example\r\n"));
  CHECK(good.has("Vary: Origin\r\n"));
}

TEST_CASE("the cookie holds the session's id") {
  eio::EngineOptions options;
  options.cookie.emplace();
  EioServer eio(std::move(options));
  const HttpAnswer answer = eio.ask("GET", eio_polling);
  const std::string sid = answer.body.substr(answer.body.find(R"("sid":")") + 7, 24);
  CHECK(answer.has("Set-Cookie: io=" + sid + "; Path=/; HttpOnly; SameSite=Lax\r\n"));
  CHECK(eio.post(sid, "4x").has("Set-Cookie") == false);
}

TEST_CASE("the hook for refused requests hears the code, the message and the context") {
  std::vector<std::string> heard;
  eio::EngineOptions options;
  options.on_connection_error = [&](const eio::ConnectionError& error, const eio::RequestInfo& request) {
    heard.push_back(std::to_string(error.code) + " " + std::string(error.message) + " " + std::string(error.context) +
                    " " + std::string(request.method()));
  };
  EioServer eio(std::move(options));
  eio.poll("abc");
  CHECK(heard == std::vector{"1 Session ID unknown abc GET"s});
}
