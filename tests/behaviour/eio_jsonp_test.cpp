// SPDX-License-Identifier: MIT
// JSONP: clients of Engine.IO 3 that poll by script elements and post forms.
#include "support/eio_v3.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

TEST_CASE("E16: JSONP is refused unless it is allowed, and to clients of version 4 always") {
  const std::string bad_request = R"({"code":3,"message":"Bad request"})";
  V3Server without;
  CHECK(without.ask("GET", without.query + "&j=0").body == bad_request);
  eio::EngineOptions only_jsonp;
  only_jsonp.allow_jsonp = true;
  EioServer neither(std::move(only_jsonp));
  CHECK(neither.ask("GET", "/socket.io/?EIO=3&transport=polling&j=0").body == bad_request);

  V3Server eio(allowing_jsonp());
  CHECK(eio.ask("GET", std::string(eio_polling) + "&j=0").body == bad_request);
  CHECK(eio.ask("GET", eio.query + "&j=0").status == 200);
  // A session that was opened otherwise does not become readable by a script element.
  const std::string sid = eio.open(), of_version_4 = eio.EioServer::open();
  eio.told.newest.send("secret");
  CHECK(eio.ask("GET", eio.url(sid) + "&j=0").body == bad_request);
  CHECK(eio.ask("GET", EioServer::url(of_version_4) + "&j=0").body == bad_request);
  CHECK(eio.ask("GET", "/socket.io/?EIO=3&transport=polling&j=0&sid=" + of_version_4).body == bad_request);
}

TEST_CASE("a JSONP client hears scripts: the handshake, messages, bytes as base64") {
  V3Server eio(allowing_jsonp(), true, "&j=7");
  const HttpAnswer handshake = eio.handshake();
  CHECK(handshake.has("Content-Type: text/javascript; charset=UTF-8\r\n"));
  CHECK(handshake.body.starts_with("___eio[7](\"122:0{\\\"sid\\\":\\\""));
  CHECK(handshake.body.ends_with("}\");"));
  const std::string sid = eio.open();
  const HttpAnswer answer = eio.post(sid, "d=2%3A4a6%3Ab4AQID");
  CHECK(answer.body == "ok");
  CHECK(answer.has("Content-Type: text/html\r\n"));
  const HttpAnswer poll = eio.poll(sid);
  CHECK(poll.body == R"(___eio[7]("2:4a6:b4AQID");)");
  CHECK(poll.has("Content-Type: text/javascript; charset=UTF-8\r\n"));

  net::MemoryPeer open_poll = eio.start_poll(sid);
  eio.post(sid, "d=1%3A1");
  CHECK(eio.answer(open_poll).body == R"(___eio[7]("1:6");)");
  const std::string other = eio.open();  // whose poll is heard after its close
  net::MemoryPeer closing = eio.server.connect();
  closing.write(http_request("POST", eio.url(other), "d=1%3A1"));
  eio.server.run();
  CHECK(eio.poll(other).body == R"(___eio[7]("1:6");)");
}

TEST_CASE("what JSONP clients send comes as a form, with its line feeds disguised") {
  V3Server eio(allowing_jsonp(), false, "&j=0");
  const std::string sid = eio.open();
  eio.post(sid,
           "d="
           "4%3A4a%5Cnb");  // \n: a line feed; four code units with the type
  eio.post(sid,
           "d="
           "5%3A4a%5C%5Cnb");  // \\n: a backslash and an n
  eio.post(sid,
           "d="
           "4%3A4+%2B%C3%A9&x=1");  // a space, a plus, an e with an accent
  CHECK(eio.told.messages == std::vector{"a\nb"s, "a\\nb"s, " +\xc3\xa9"s});
}

TEST_CASE("E6: a JSONP form that holds no payload is a parse error; bytes are not what a form is") {
  for (const char* body : {"", "x=1", "d=%zz", "d=", "d=1%3A9"}) {
    CAPTURE(body);
    V3Server eio(allowing_jsonp(), false, "&j=0");
    eio.post(eio.open(), body);
    CHECK(eio.told.reasons == std::vector{"parse error"s});
  }
  V3Server eio(allowing_jsonp(), false, "&j=0");
  CHECK(eio.post_bytes(eio.open(),
                       "\x00\x01\xff"
                       "2"s)
            .status == 400);
  CHECK(eio.told.details == std::vector{"invalid content"s});
}

TEST_CASE("E5: a long JSONP form is delivered in slices, too") {
  V3Server eio(allowing_jsonp(), false, "&j=0");
  const std::string sid = eio.open();
  std::string body = "d=";
  for (int i = 0; i < 1'000; ++i) body += "2%3A4" + std::to_string(i % 10);
  CHECK(eio.post(sid, body).body == "ok");
  CHECK(eio.told.messages.size() == 1'000);
  CHECK(eio.told.messages[999] == "9");
}
