// SPDX-License-Identifier: MIT
// Middlewares that decide later: about clients, and about events.
#include <thread>

#include "support/sio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// A server whose sockets ask `kept` about each event called "slow", and say what reached a handler.
struct Asking {
  explicit Asking(sio::Options options = {}) : server(std::move(options)) {
    server.io.on_connect([this](sio::Socket& socket) {
      socket.use([this](const sio::Incoming& in, sio::Admit admit) {
        if (in.name != "slow") return admit(sio::accept);
        seen.emplace_back(in.arguments.text());
        kept.push_back(std::move(admit));
      });
      socket.on_error([this](std::string_view why) { refused.emplace_back(why); });
    });
    server.io.on("slow", [this](std::string_view what) {
      handled.push_back("slow " + std::string(what));
      return handled.size();
    });
    server.io.on("quick", [this](int n) { handled.push_back("quick " + std::to_string(n)); });
  }
  std::vector<sio::Admit> kept;
  std::vector<std::string> seen, handled, refused;
  SioServer server;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a socket's middleware may decide later: the event is handled then, and answered") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  CHECK(client.ask(R"(27["slow","a\u0062c"])") == "");
  CHECK(asking.seen == Lines{R"(["a\u0062c"])"});
  CHECK(asking.handled.empty());
  asking.kept.back()(sio::accept);
  asking.server.server.run();
  CHECK(client.next() == "37[1]");
  CHECK(asking.handled == Lines{"slow abc"});
}

TEST_CASE("while an event waits the next ones go on, as in Node") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  client.send(R"(2["slow","x"])"), client.send(R"(2["quick",1])"), client.send(R"(2["slow","y"])");
  asking.kept.at(1)(sio::accept);
  asking.server.server.run();
  asking.kept.at(0)(sio::accept);
  asking.server.server.run();
  CHECK(asking.handled == Lines{"quick 1", "slow y", "slow x"});
}

TEST_CASE("a decision from another thread is as good as one on the loop") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  client.send(R"(27["slow","x"])");
  std::thread([admit = std::move(asking.kept.back())]() mutable { admit(sio::accept); }).join();
  asking.server.server.run();
  CHECK(client.next() == "37[1]");
}

TEST_CASE("an event that is refused later reaches no handler and is not answered") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  client.send(R"(27["slow","x"])");
  asking.kept.back()(sio::refuse("not today"));
  asking.kept.back()(sio::accept);  // decided already
  asking.server.server.run();
  CHECK(client.next() == "");
  CHECK(asking.refused == Lines{"not today"});
  CHECK(asking.handled.empty());
}

TEST_CASE("S14: a promise about an event that is dropped refuses it, and the log tells") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  client.send(R"(2["slow","x"])");
  asking.kept.clear();
  asking.server.server.run();
  CHECK(asking.refused == Lines{"the middleware did not decide"});
  CHECK(asking.server.server.logged("let go of its promise"));
}

TEST_CASE("S14: a promise about an event that is not kept in time refuses it") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  client.send(R"(2["slow","x"])");
  asking.server.server.advance(9s);
  client.next();
  CHECK(asking.refused.empty());
  asking.server.server.advance(2s);
  CHECK(asking.refused == Lines{"the middleware did not decide in time"});
  asking.kept.back()(sio::accept);
  asking.server.server.run();
  CHECK(asking.handled.empty());
}

TEST_CASE("a socket that goes takes its waiting events along; a promise that is kept then does nothing") {
  Asking asking;
  SioClient client(asking.server, "0");
  client.next();
  client.send(R"(2["slow","x"])"), client.send(R"(2["slow","y"])");
  client.reset();
  CHECK(asking.server.io.stats().sockets == 0);
  asking.kept.at(0)(sio::accept);
  asking.server.server.run();
  asking.kept.clear();
  asking.server.server.run();
  asking.server.server.advance(11s);
  CHECK(asking.handled.empty());
  CHECK(asking.refused.empty());
}

TEST_CASE("a promise about an event outlives its server") {
  std::vector<sio::Admit> kept;
  {
    Asking asking;
    SioClient client(asking.server, "0");
    client.next();
    client.send(R"(2["slow","x"])");
    kept = std::move(asking.kept);
  }
  REQUIRE(kept.size() == 1);
  kept.back()(sio::accept);
}

TEST_CASE("what waits for a socket's middlewares is bounded") {
  sio::Options options;
  options.max_undecided = 2'000;
  Asking asking(std::move(options));
  SioClient client(asking.server, "0");
  client.next();
  const std::string text(5'000, 'x');
  client.send("2[\"slow\",\"" + text + "\"]");  // one always fits
  CHECK(asking.refused.empty());
  client.send(R"(2["slow","one too many"])");
  CHECK(asking.refused == Lines{"too much waits for the socket's middlewares"});
  asking.kept.at(0)(sio::accept);
  asking.kept.at(1)(sio::accept);  // was refused
  asking.server.server.run();
  CHECK(asking.handled == Lines{"slow " + text});
  client.send(R"(2["slow","again"])");
  asking.kept.back()(sio::accept);
  asking.server.server.run();
  CHECK(asking.handled.back() == "slow again");
}

TEST_CASE("several middlewares are asked in order, each when the one before has decided") {
  Lines log;
  std::vector<sio::Admit> kept;
  SioServer server;
  server.io.on_connect([&](sio::Socket& socket) {
    socket.use([&](const sio::Incoming&, sio::Admit admit) {
      log.emplace_back("first");
      kept.push_back(std::move(admit));
    });
    socket.use([&](const sio::Incoming& in) {
      log.emplace_back("second");
      in.socket.use([&](const sio::Incoming&) {
        log.emplace_back("added meanwhile");
        return sio::accept;
      });
      return sio::accept;
    });
    socket.use([&](const sio::Incoming& in, sio::Admit admit) {
      log.push_back("third " + std::string(in.arguments.text()));
      kept.push_back(std::move(admit));
    });
  });
  server.io.on("blob", [&](json::Binary bytes) { log.push_back("handled " + std::to_string(bytes.size())); });
  SioClient client(server, "0");
  client.next();
  client.send(R"(51-["blob",{"_placeholder":true,"num":0}])");
  client.send_binary("abc");
  CHECK(log == Lines{"first"});
  kept.at(0)(sio::accept);
  server.server.run();
  CHECK(log == Lines{"first", "second", R"(third [{"_placeholder":true,"num":0}])"});
  kept.at(1)(sio::accept);
  server.server.run();
  CHECK(log.back() == "handled 3");
}

TEST_CASE("a socket's middleware that throws, or disconnects, keeps the event from its handlers") {
  int handled = 0;
  SioServer server;
  server.io.on_connect([](sio::Socket& socket) {
    socket.use([](const sio::Incoming& in, sio::Admit admit) {
      if (in.name == "throw") throw std::runtime_error("oops");
      in.socket.disconnect();
      admit(sio::accept);
    });
  });
  server.io.on("throw", [&] { ++handled; });
  server.io.on("leave", [&] { ++handled; });
  SioClient client(server, "0");
  client.next();
  client.send(R"(2["throw"])");
  CHECK(server.server.logged("threw: oops"));
  CHECK(server.server.logged("event \"throw\" is refused, and no on_error hears it: the middleware failed"));
  CHECK(client.ask(R"(2["leave"])") == "1");
  CHECK(handled == 0);
}

TEST_CASE("a namespace's middleware may decide on another thread, and a dropped promise is logged") {
  std::vector<sio::Admit> kept;
  SioServer server;
  server.io.use([&](sio::Handshake& handshake, sio::Admit admit) {
    handshake.set_data(std::string_view("Ada"));
    kept.push_back(std::move(admit));
  });
  server.io.on("who", [](sio::Socket& socket) { return socket.data().as<std::string>().value_or("?"); });
  SioClient client(server, "0"), other(server, "0");
  REQUIRE(kept.size() == 2);
  std::thread([admit = std::move(kept.at(0))]() mutable { admit(sio::accept); }).join();
  kept.clear();
  server.server.run();
  CHECK(client.next().starts_with("0{"));
  CHECK(client.ask(R"(20["who"])") == R"(30["Ada"])");
  CHECK(other.next() == R"(4{"message":"the middleware did not decide"})");
  CHECK(server.server.logged("a middleware of / let go of its promise"));
}
