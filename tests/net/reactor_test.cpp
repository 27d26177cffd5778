// SPDX-License-Identifier: MIT
#include "net/reactor.h"

#include <doctest/doctest.h>

#include <thread>

#include "net/support.h"
#include "support/allocations.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;
using duplex::testing::allocations_during;

TEST_CASE("a stream echoes what it is sent and says how it ended") {
  Recorder owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    s.set_owner(&owner);
    owner.stream = &s;
  });
  REQUIRE(listener);
  owner.bytes_hook = [&](Bytes b) { owner.stream->write(b); };
  owner.end_hook = [&] { owner.stream->close(); };
  Client client((*listener)->address());
  REQUIRE(client.connected);
  client.write("hello");
  std::string got;
  CHECK(turn_until(reactor, [&] { return (got += client.read()) == "hello"; }));
  CHECK(reactor.streams() == 1);
  client.shutdown();
  CHECK(turn_until(reactor, [&] { return owner.closes == 1; }));
  CHECK(owner.cause == CloseCause::local);
  CHECK(owner.ends == 1);
  CHECK(reactor.streams() == 0);
}

TEST_CASE("a warm echo turn allocates nothing and reads once") {
  Recorder owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    s.set_owner(&owner);
    owner.stream = &s;
  });
  REQUIRE(listener);
  owner.bytes.reserve(100'000);
  owner.bytes_hook = [&](Bytes b) { owner.stream->write(b); };
  Client client((*listener)->address());
  for (int i = 0; i < 3; ++i) {
    client.write("warm");
    std::string got;
    REQUIRE(turn_until(reactor, [&] { return (got += client.read()) == "warm"; }));
  }
  const int before = owner.reads;
  client.write("hello");
  CHECK(allocations_during([&] { reactor.turn(); }) == 0);
  CHECK(owner.reads == before + 1);
  CHECK(client.read() == "hello");
}

TEST_CASE("64 MiB arrive whole, although the kernel takes them in pieces") {
  Recorder owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    s.set_owner(&owner);
    owner.stream = &s;
  });
  REQUIRE(listener);
  Client client((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return owner.stream != nullptr; }));
  std::string sent(64 << 20, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 2654435761U >> 13);
  owner.stream->write_large(as_bytes(sent.substr(0, 7)), as_bytes(std::string_view(sent).substr(7)));
  owner.stream->close();
  std::string got;
  CHECK(turn_until(reactor, [&] {
    for (std::string piece = client.read(1 << 20); !piece.empty(); piece = client.read(1 << 20)) got += piece;
    return client.ended;
  }));
  CHECK(got == sent);
  CHECK(owner.drains == 0);  // closing: nobody is to write any more
  CHECK(owner.cause == CloseCause::local);
}

TEST_CASE("an owner that has a place for them is given its bytes there") {
  struct Placing final : StreamOwner {
    std::string room = std::string(3000, '-');
    std::size_t filled = 0;
    std::string elsewhere = {};
    bool ended = false;
    Bytes input_room() override { return {reinterpret_cast<std::byte*>(room.data()) + filled, room.size() - filled}; }
    void on_bytes(Bytes b) override {
      if (static_cast<void*>(b.data()) == room.data() + filled && filled < room.size())
        filled += b.size();
      else
        elsewhere += as_text(b);
    }
    void on_end() override { ended = true; }
    void on_drain() override {}
    void on_deadline() override {}
    void on_closed(CloseCause) override {}
  } owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& stream) {
    stream.set_owner(&owner);
    stream.read_in_place();
  });
  REQUIRE(listener);
  Client client((*listener)->address());
  const std::string sent = std::string(2000, 'a') + std::string(1000, 'b') + std::string(500, 'c');
  client.write(sent);
  client.shutdown();
  CHECK(turn_until(reactor, [&] { return owner.ended; }));
  CHECK(owner.room == sent.substr(0, 3000));
  CHECK(owner.elsewhere == sent.substr(3000));
}

TEST_CASE("timers fire in order, at their time, and can be cancelled") {
  Reactor reactor(kernel());
  std::string order;
  bool done = false;
  reactor.after(20ms, [&] { order += 'b'; });
  const TimerId never = reactor.after(15ms, [&] { order += 'x'; });
  reactor.after(5ms, [&] { order += 'a'; });
  reactor.after(30ms, [&] { done = true; });
  reactor.cancel(never);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(turn_until(reactor, [&] { return done; }));
  CHECK(order == "ab");
  CHECK(std::chrono::steady_clock::now() - begun >= 30ms);
}

TEST_CASE("posts from four threads arrive in each thread's order, and wake a sleeping loop") {
  Reactor reactor(kernel());
  constexpr int each = 5000;
  int next[4] = {};
  int wrong = 0, total = 0;
  const int slot = reactor.slot();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        Reactor::post_to(slot, [&, t, i] {
          if (next[t]++ != i) ++wrong;
          if (++total == 4 * each) reactor.stop();
        });
        if (i % 64 == 0) std::this_thread::yield();
      }
    });
  }
  reactor.run();
  for (auto& t : threads) t.join();
  CHECK(total == 4 * each);
  CHECK(wrong == 0);
}

TEST_CASE("a post to a loop that is gone is dropped, with what it owns") {
  int slot = -1;
  {
    Reactor reactor(kernel());
    slot = reactor.slot();
  }
  auto owned = std::make_shared<int>(1);
  CHECK_FALSE(Reactor::post_to(slot, [owned] {}));
  CHECK(owned.use_count() == 1);
  CHECK_FALSE(Reactor::post_to(-1, [] {}));
  CHECK_FALSE(Reactor::post_to(256, [] {}));
}

TEST_CASE("a handle of a closed stream finds nothing, even when its slot is used again") {
  std::vector<std::unique_ptr<Recorder>> owners;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    owners.push_back(std::make_unique<Recorder>());
    owners.back()->stream = &s;
    s.set_owner(owners.back().get());
  });
  REQUIRE(listener);
  Client first((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return owners.size() == 1; }));
  const std::uint64_t handle = owners[0]->stream->handle_bits();
  CHECK(reactor.find(handle) == owners[0]->stream);
  owners[0]->stream->abort();
  CHECK(reactor.find(handle) == nullptr);
  Client second((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return owners.size() == 2; }));
  CHECK(reactor.find(handle) == nullptr);
  CHECK(owners[1]->stream->handle_bits() != handle);
  CHECK(owners[0]->closes == 1);
}
