// SPDX-License-Identifier: MIT
// Handlers may close, throw, publish and re-enter; peers may do anything at all.
#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

#include "support/monkey.h"
#include "support/raw_client.h"
#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// Endpoints with every overflow policy, with and without compression, with limits that are met soon.
void serve(Server& server, Monkey& monkey) {
  int number = 0;
  for (const ws::Overflow policy : {ws::Overflow::disconnect, ws::Overflow::queue, ws::Overflow::drop_newest,
                                    ws::Overflow::drop_oldest, ws::Overflow::latest_per_key}) {
    ws::Handlers handlers = monkey.handlers();
    handlers.overflow = policy;
    handlers.soft_limit = 8 * 1024;
    handlers.hard_limit = 64 * 1024;
    handlers.max_message = 100'000;
    handlers.compression = {.enabled = number % 2 == 0,
                            .context_takeover = number == 0,
                            .peer_context_takeover = number == 2,
                            .threshold = 200};
    server.ws("/monkey" + std::to_string(number++), std::move(handlers));
  }
  server.room("room3", ws::Overflow::drop_oldest);
  monkey.serve_http();
}

std::string path(Monkey::Random& random) { return "/monkey" + std::to_string(random() % 5); }

std::string offer(Monkey::Random& random) {
  switch (random() % 4) {
    case 0:
      return "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    case 1:
      return "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n";
    default:
      return "";
  }
}

/// What a peer says next: a frame, mostly a good one, a request, or noise.
std::string speech(Monkey::Random& random) {
  switch (random() % 40) {
    case 0:
      return client_frame(close_payload(1000), 8);
    case 1:
      return client_frame("p", 9);
    case 2:
      return client_frame("q", 10);
    case 3:
      return client_frame("begun", 1, false);
    case 4:
      return client_frame("ended", 0);
    case 5:
      return client_frame(std::string(1 + random() % 100'000, 'm'), 2);
    case 6:
      return client_frame("not deflated", 1, true, 4);
    case 7:
      return client_frame("\xff\xfe", 1);
    case 8:
      return client_frame("cut short").substr(0, 1 + random() % 8);
    case 9: {
      std::string noise(random() % 64, '\0');
      for (char& c : noise) c = static_cast<char>(random());
      return noise;
    }
    default: {
      std::string many;
      for (auto n = 1 + random() % 20; n > 0; --n) many += client_frame("hello " + std::to_string(n));
      return many;
    }
  }
}

std::string request(Monkey::Random& random) {
  static constexpr const char* paths[] = {"/now", "/later", "/throws", "/acts", "/nowhere"};
  std::string out;
  for (auto n = 1 + random() % 3; n > 0; --n)
    out += "GET " + std::string(paths[random() % 5]) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  return out;
}

struct Peer {
  net::MemoryPeer end;
  bool websocket;
};

void peers_act(MemoryServer& server, std::vector<Peer>& peers, Monkey::Random& random) {
  if (peers.size() < 12 && random() % 3 == 0) {
    Peer peer{server.backend().connect(), random() % 5 != 0};
    if (random() % 3 == 0) peer.end.set_window(random() % 40'000);
    std::string hello = peer.websocket ? upgrade_request(path(random), offer(random)) : request(random);
    if (random() % 3 == 0) hello += speech(random);
    if (random() % 10 == 0) hello.resize(random() % hello.size());
    peer.end.write(hello);
    peers.push_back(std::move(peer));
  }
  if (peers.empty()) return;
  const std::size_t which = random() % peers.size();
  Peer& peer = peers[which];
  switch (random() % 40) {
    case 0:
      peer.end.reset();
      break;
    case 1:
      peer.end.finish();
      break;
    case 2:
      peer.end.set_window(random() % 2 == 0 ? SIZE_MAX : random() % 1000);
      break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
      (void)peer.end.read(random() % 100'000);
      break;
    case 9:
    case 10:
      if (peer.end.closed()) {
        peers[which] = std::move(peers.back());
        peers.pop_back();
      }
      break;
    default:
      peer.end.write(peer.websocket ? speech(random) : request(random));
      break;
  }
}

void play(std::uint32_t seed, std::size_t& handlers_called) {
  CAPTURE(seed);
  Monkey::reseed(seed);
  Monkey::Random& random = Monkey::random();
  Lives lives;
  {
    MemoryServer server;
    {
      Monkey monkey(*server, lives);
      serve(*server, monkey);
      std::vector<Peer> peers;
      (void)server->start();
      const int steps = 800;
      for (int step = 0; step < steps; ++step) {
        if (step == steps * 3 / 4) monkey.may_end = random() % 2 == 0;
        peers_act(server, peers, random);
        if (random() % 4 == 0) monkey.act(random, nullptr);
        if (random() % 3 != 0) server.run();
        if (random() % 30 == 0)
          server.advance(std::chrono::milliseconds(random() % (random() % 4 == 0 ? 70'000 : 2000)));
      }
      monkey.may_end = false;
      if (seed % 3 != 0) {  // else the server is destroyed with everything open
        for (Peer& peer : peers) peer.end.reset();
        monkey.settle(random, true);
        server.advance(100s);
        server.run();
        CHECK(lives.open() == 0);
        CHECK(server->stats().websockets == 0);
        CHECK(server->stats().connections == 0);
        CHECK(Monkey::data_alive == 0);
      }
      if (seed % 2 == 0) monkey.settle(random, true);
      server->stop();
      server.destroy();
    }
  }
  CHECK(lives.broken() == std::vector<std::string>{});
  CHECK(lives.open() == 0);
  CHECK(Monkey::data_alive == 0);
  handlers_called += lives.calls();
}

}  // namespace

TEST_CASE("W6, R9, S19: whatever handlers and peers do, each socket closes once and nothing is left of it") {
  std::size_t handlers_called = 0;
  if (const char* seed = std::getenv("DUPLEX_MONKEY_SEED"))
    return play(static_cast<std::uint32_t>(std::atoi(seed)), handlers_called);
  for (std::uint32_t seed = 1; seed <= 120; ++seed) play(seed, handlers_called);
  CHECK(handlers_called > 15'000);
}

TEST_CASE("S19: handlers on three loops and four threads outside do everything at once for two seconds") {
  Lives lives;
  {
    auto owned =
        std::make_unique<Server>(ServerOptions{.host = "127.0.0.1", .threads = 3, .log = [](const LogRecord&) {}});
    Server& server = *owned;
    Monkey monkey(server, lives);
    serve(server, monkey);
    REQUIRE(server.start());
    std::thread serving([&] { server.run(); });

    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        Monkey::reseed(100 + i);
        while (!stop) {
          monkey.act(Monkey::random(), nullptr);
          std::this_thread::yield();
        }
      });
    for (std::uint32_t i = 0; i < 2; ++i)
      threads.emplace_back([&, i] {
        Monkey::reseed(200 + i);
        Monkey::Random& random = Monkey::random();
        while (!stop) {
          std::vector<std::unique_ptr<behaviour::RawClient>> clients;
          for (int n = 0; n < 4; ++n) clients.push_back(std::make_unique<behaviour::RawClient>(server.port()));
          for (auto& client : clients)
            client->send(random() % 6 == 0 ? request(random) : upgrade_request(path(random), offer(random)));
          for (int n = 0; n < 10; ++n) clients[random() % clients.size()]->send(speech(random));
          (void)clients[0]->frame(std::chrono::milliseconds(random() % 5));
        }  // what they did not read makes the kernel send RST
      });

    std::this_thread::sleep_for(2s);  // how long it goes on; nothing is waited for
    stop = true;
    for (auto& thread : threads) thread.join();
    server.stop();
    serving.join();
    CHECK(lives.opened_ever() > 50);
    monkey.settle(Monkey::random(), true);
    owned.reset();  // with connections open: their handlers still misbehave
  }
  CHECK(lives.broken() == std::vector<std::string>{});
  CHECK(lives.open() == 0);
  CHECK(Monkey::data_alive == 0);
}
