// SPDX-License-Identifier: MIT
// Tags of what handlers send, and files that they send. What Express does alike is in
// tests/interop/http_express.test.mjs.
#include <doctest/doctest.h>
#include <duplex/duplex.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "behaviour/support/memory_server.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

std::string get(std::string_view path, std::string_view more = "", std::string_view method = "GET") {
  return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) + "\r\n";
}
bool has(const std::string& answer, std::string_view line) { return answer.find(line) != std::string::npos; }
std::string etag(const std::string& answer) {
  const std::size_t at = answer.find("\r\nETag: ");
  if (at == std::string::npos) return "";
  return answer.substr(at + 8, answer.find("\r\n", at + 8) - at - 8);
}

/// A folder of this test's, with a file beside it that must not be reached.
struct Folder {
  std::filesystem::path all, root;
  Folder() {
    std::string made = "/tmp/duplex-send-file-XXXXXX";
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    all = made;
    root = all / "root";
    std::filesystem::create_directory(root);
    write("a.txt", "0123456789");
    write("../secret.txt", "SECRET");
  }
  ~Folder() { std::filesystem::remove_all(all); }
  void write(const char* name, const char* text) const { std::ofstream(root / name) << text; }
};

}  // namespace

TEST_CASE("a client that has what a handler would send gets 304, whether it is sent at once or later") {
  MemoryServer server;
  server->get("/now", [](http::Request&, http::Response& res) { res.send("a text"); });
  server->get("/later", [](http::Request&, http::Response& res) {
    http::Reply reply = res.defer();
    reply.send("a text");
  });
  auto peer = server.connect();
  for (const char* path : {"/now", "/later"}) {
    const std::string first = server.ask(peer, get(path));
    REQUIRE(etag(first) == "W/\"6-cIHyuruv/xa0uuFigoWchEuqFO8\"");
    const std::string again = server.ask(peer, get(path, "If-None-Match: " + etag(first) + "\r\n"));
    CHECK(again.starts_with("HTTP/1.1 304 Not Modified\r\n"));
    CHECK(etag(again) == etag(first));
    CHECK(again.ends_with("\r\n\r\n"));
    CHECK_FALSE(has(again, "Content-"));
    CHECK(server.ask(peer, get(path)).ends_with("a text"));  // the connection goes on
  }
}

TEST_CASE("tags can be strong, or not be there") {
  const auto tag = [](http::Etag kind) {
    MemoryServer server;
    server->etags(kind);
    server->get("/", [](http::Request&, http::Response& res) { res.send("a text"); });
    server->get("/later", [](http::Request&, http::Response& res) {
      http::Reply reply = res.defer();
      reply.send("a text");
    });
    auto peer = server.connect();
    const std::string now = etag(server.ask(peer, get("/")));
    CHECK(etag(server.ask(peer, get("/later"))) == now);
    return now;
  };
  CHECK(tag(http::Etag::strong) == "\"6-cIHyuruv/xa0uuFigoWchEuqFO8\"");
  CHECK(tag(http::Etag::weak) == "W/\"6-cIHyuruv/xa0uuFigoWchEuqFO8\"");
  CHECK(tag(http::Etag::off) == "");
}

TEST_CASE("what is packed is not named by a strong tag, and 304 says of what it depends, too") {
  MemoryServer server;
  server->compress({});
  server->etags(http::Etag::strong);
  server->get("/", [](http::Request&, http::Response& res) { res.type("txt").send(std::string(5'000, 'x')); });
  auto peer = server.connect();
  const std::string plain = server.ask(peer, get("/"));
  const std::string packed = server.ask(peer, get("/", "Accept-Encoding: gzip\r\n"));
  CHECK(has(packed, "Content-Encoding: gzip\r\n"));
  CHECK(etag(packed) == "W/" + etag(plain));
  const std::string again =
      server.ask(peer, get("/", "Accept-Encoding: gzip\r\nIf-None-Match: " + etag(packed) + "\r\n"));
  CHECK(again.starts_with("HTTP/1.1 304 "));
  CHECK(has(again, "Vary: Accept-Encoding\r\n"));
  CHECK_FALSE(has(again, "Content-Encoding"));
}

TEST_CASE("what the server says by itself has no tag: errors, redirects, what an Engine.IO client polls") {
  MemoryServer server;
  server->engine({}, {});
  server->get("/gone", [](http::Request&, http::Response& res) { res.redirect("/"); });
  server->get("/broken", [](http::Request&, http::Response&) { throw std::runtime_error("broken"); });
  server->get("/dropped", [](http::Request&, http::Response& res) { (void)res.defer(); });
  for (const char* path :
       {"/nowhere", "/gone", "/broken", "/dropped", "/engine.io/?EIO=4&transport=polling", "/engine.io/?EIO=9"}) {
    CAPTURE(std::string(path));
    auto peer = server.connect();
    const std::string answer = server.ask(peer, get(path, "If-None-Match: *\r\n"));
    CHECK(answer.starts_with("HTTP/1.1 "));
    CHECK_FALSE(answer.starts_with("HTTP/1.1 304"));
    CHECK(etag(answer) == "");
  }
}

TEST_CASE("T1, T2, T4: send_file sends what is below its folder, and what is a file") {
  const Folder folder;
  folder.write(".env", "SECRET");
  const std::string root = folder.root;
  std::filesystem::create_directory(folder.root / "docs");
  std::filesystem::create_symlink("../secret.txt", folder.root / "link.txt");
  std::filesystem::create_symlink(folder.all / "secret.txt", folder.root / "absolute.txt");
  REQUIRE(::mkfifo((folder.root / "fifo").c_str(), 0600) == 0);
  std::string path;
  std::string below = root;
  MemoryServer server;
  bool found = false;
  server->get("/", [&](http::Request&, http::Response& res) { found = res.send_file(path, {.root = below}); });
  const auto answer = [&](std::string asked) {
    path = std::move(asked);
    auto peer = server.connect();
    const std::string got = server.ask(peer, get("/"));
    CHECK(found == got.starts_with("HTTP/1.1 200 "));
    CHECK_FALSE(has(got, "SECRET"));
    return got;
  };
  for (const char* there : {"a.txt", "/a.txt", "//a.txt", "./a.txt", "docs/../a.txt"})
    CHECK(answer(there).ends_with("0123456789"));
  for (const std::string& not_there : {std::string("../secret.txt"),
                                       std::string("docs/../../secret.txt"),
                                       std::string("/../secret.txt"),
                                       std::string("link.txt"),
                                       std::string("absolute.txt"),
                                       std::string(".env"),
                                       std::string("./.env"),
                                       std::string("docs/../.env"),
                                       std::string("fifo"),
                                       std::string("docs"),
                                       std::string("docs/"),
                                       std::string(""),
                                       std::string("."),
                                       std::string(".."),
                                       std::string("a.txt/"),
                                       std::string("a.txt\0.png", 10),
                                       std::string("%61.txt"),
                                       std::string("..\\secret.txt"),
                                       folder.all.string() + "/secret.txt",
                                       std::string(5'000, 'x')}) {
    CAPTURE(not_there);
    CHECK(answer(not_there).starts_with("HTTP/1.1 404 "));
  }
  below = "/nonexistent";
  CHECK(answer("a.txt").starts_with("HTTP/1.1 404 "));
  below.clear();  // then the path is the program's own, but no relative one, and no "..": that can only come from
                  // outside
  CHECK(answer(root + "/a.txt").ends_with("0123456789"));
  for (const std::string& refused : {std::string("a.txt"), root + "/docs/../a.txt", root + "/..", root + "/.env"})
    CHECK(answer(refused).starts_with("HTTP/1.1 404 "));
}

TEST_CASE("a file that is sent without validators is not conditional, but may be asked for in part") {
  const Folder folder;
  const std::string root = folder.root;
  MemoryServer server;
  server->get(
      "/", [&](http::Request&, http::Response& res) { res.send_file("a.txt", {.root = root, .validators = false}); });
  auto peer = server.connect();
  const std::string plain = server.ask(peer, get("/"));
  CHECK(etag(plain) == "");
  CHECK_FALSE(has(plain, "Last-Modified"));
  for (const char* condition :
       {"If-None-Match: *\r\n", "If-Match: \"x\"\r\n", "If-Modified-Since: Fri, 01 Jan 2038 00:00:00 GMT\r\n"})
    CHECK(server.ask(peer, get("/", condition)).starts_with("HTTP/1.1 200 "));
  CHECK(server.ask(peer, get("/", "Range: bytes=2-4\r\n")).ends_with("\r\n\r\n234"));
}

TEST_CASE("download names what is saved, and keeps out of the header what would end it") {
  const Folder folder;
  const std::string root = folder.root;
  MemoryServer server;
  server->get("/", [&](http::Request& req, http::Response& res) {
    res.download("a.txt", req.query("as").value_or(""), {.root = root});
  });
  auto peer = server.connect();
  CHECK(has(server.ask(peer, get("/")), "\r\nContent-Disposition: attachment; filename=a.txt\r\n"));
  CHECK(has(server.ask(peer, get("/?as=b.txt")), "\r\nContent-Disposition: attachment; filename=b.txt\r\n"));
  const std::string forged = server.ask(peer, get("/?as=x%0d%0aSet-Cookie:%20a=b"));
  CHECK(forged.starts_with("HTTP/1.1 200 "));
  CHECK_FALSE(has(forged, "\r\nSet-Cookie"));
}
