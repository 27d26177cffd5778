// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/duplex.h>

#include "behaviour/support/memory_server.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

std::string get(std::string_view path, std::string_view accepted, std::string_view method = "GET") {
  return std::string(method) + " " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nAccept-Encoding: " + std::string(accepted) + "\r\n\r\n";
}
bool has(const std::string& answer, std::string_view line) { return answer.find(line) != std::string::npos; }

void add_routes(Server& server) {
  server.compress({.threshold = 1000});
  server.get("/long",
             [](http::Request&, http::Response& res) { res.type("json").send("[" + std::string(5000, '1') + "]"); });
  server.get("/short", [](http::Request&, http::Response& res) { res.type("txt").send(std::string(999, 'x')); });
  server.get("/png", [](http::Request&, http::Response& res) { res.type("png").send(std::string(5000, 'x')); });
  server.get("/packed", [](http::Request&, http::Response& res) {
    res.type("txt").header("Content-Encoding", "br").send(std::string(5000, 'x'));
  });
  server.get("/asis", [](http::Request&, http::Response& res) {
    res.type("txt").header("Cache-Control", "no-transform").send(std::string(5000, 'x'));
  });
  server.get("/later", [](http::Request&, http::Response& res) {
    auto reply = res.defer();
    reply.send(std::string(5000, 'x'));
  });
}

}  // namespace

TEST_CASE("an answer above the threshold is packed for who takes it, and says that it depends on that") {
  MemoryServer server;
  add_routes(*server);
  auto peer = server.connect();
  const std::string gzip = server.ask(peer, get("/long", "gzip, deflate"));
  CHECK(has(gzip, "Content-Encoding: gzip\r\n"));
  CHECK(has(gzip, "Vary: Accept-Encoding\r\n"));
  CHECK(gzip.size() < 500);
  CHECK(gzip.substr(gzip.find("\r\n\r\n") + 4, 2) == "\x1f\x8b");
  CHECK(has(server.ask(peer, get("/long", "deflate")), "Content-Encoding: deflate\r\n"));
  const std::string plain = server.ask(peer, get("/long", "br"));
  CHECK_FALSE(has(plain, "Content-Encoding"));
  CHECK(has(plain, "Vary: Accept-Encoding\r\n"));
  CHECK(plain.size() > 5000);
  CHECK(has(server.ask(peer, get("/later", "gzip")), "Content-Encoding: gzip\r\n"));
}

TEST_CASE("HEAD says of a packed answer what GET says") {
  MemoryServer server;
  add_routes(*server);
  auto peer = server.connect();
  // The second may turn between the two.
  const auto undated = [](std::string answer) {
    const std::size_t date = answer.find("Date: ");
    return answer.erase(date, answer.find("\r\n", date) - date);
  };
  const std::string got = server.ask(peer, get("/long", "gzip"));
  CHECK(undated(server.ask(peer, get("/long", "gzip", "HEAD"))) == undated(got.substr(0, got.find("\r\n\r\n") + 4)));
}

TEST_CASE("what is short, packed already, not worth it or not to be changed goes as it is") {
  MemoryServer server;
  add_routes(*server);
  auto peer = server.connect();
  for (const auto* path : {"/short", "/png", "/asis"}) {
    const std::string answer = server.ask(peer, get(path, "gzip"));
    CHECK_FALSE_MESSAGE(has(answer, "Content-Encoding"), path);
  }
  CHECK(has(server.ask(peer, get("/packed", "gzip")), "Content-Encoding: br\r\n"));
}

TEST_CASE("H25: the body of a request is never inflated") {
  MemoryServer server;
  server->post("/", [](http::Request& req, http::Response& res) { res.type("txt").send(req.body()); });
  for (const std::string coding : {"gzip", "gzip, gzip, gzip", "deflate", "br", "identity, gzip"}) {
    auto peer = server.connect();
    const std::string answer = server.ask(
        peer, "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: " + coding + "\r\nContent-Length: 3\r\n\r\nabc");
    CHECK_MESSAGE(answer.starts_with("HTTP/1.1 415"), coding);
    CHECK(peer.ended());
  }
}

TEST_CASE("A4: what a client says of who it is, is not believed") {
  MemoryServer server;
  server->get("/", [](http::Request& req, http::Response& res) {
    res.json(json::object("peer", req.peer(), "secure", req.is_secure()));
  });
  auto peer = server.connect();
  const std::string honest = server.ask(peer, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string spoofed =
      server.ask(peer,
                 "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: "
                 "for=10.0.0.1;proto=https\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 10.0.0.1\r\n\r\n");
  CHECK(spoofed.substr(spoofed.find("\r\n\r\n")) == honest.substr(honest.find("\r\n\r\n")));
  auto proxied = server.connect();
  const std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\x10\0\x20\0", 28);
  CHECK(server.ask(proxied, header + "GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
}
