// SPDX-License-Identifier: MIT
#include "net/memory_backend.h"

#include <doctest/doctest.h>

#include "core/log.h"
#include "net/support.h"
#include "support/allocations.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 13);
  return text;
}

/// One accepted stream in memory, recorded.
struct One {
  Recorder owner;
  MemoryLoop loop;
  MemoryPeer peer;
  explicit One(ReactorOptions options = {}) : loop(std::move(options)) {
    auto listener = loop.reactor().listen(loopback(), {}, [this](Stream& s) {
      s.set_owner(&owner);
      owner.stream = &s;
    });
    REQUIRE(listener);
    peer = loop.connect();
    loop.run();
    REQUIRE(owner.stream != nullptr);
  }
};

}  // namespace

TEST_CASE("a stream in memory echoes, and ends as one of the kernel's does") {
  One one;
  one.owner.bytes_hook = [&](Bytes b) { one.owner.stream->write(b); };
  one.owner.end_hook = [&] { one.owner.stream->close(); };
  one.peer.write("hello");
  one.loop.run();
  CHECK(one.peer.read() == "hello");
  one.peer.finish();
  one.loop.run();
  CHECK(one.owner.closes == 1);
  CHECK(one.owner.cause == CloseCause::local);
  CHECK(one.peer.closed());
  CHECK_FALSE(one.peer.was_reset());
}

TEST_CASE("everything written in a turn leaves in one send") {
  One one;
  const auto before = one.loop.backend().calls(MemoryBackend::Call::send);
  one.owner.bytes_hook = [&](Bytes) {
    for (int i = 0; i < 100; ++i) one.owner.stream->write(as_bytes("x"));
    for (int i = 0; i < 100; ++i) one.owner.stream->write([](Buffer& out) { out.append("y"); }, {.droppable = true});
  };
  one.peer.write("go");
  one.loop.run();
  CHECK(one.peer.read() == std::string(100, 'x') + std::string(100, 'y'));
  CHECK(one.loop.backend().calls(MemoryBackend::Call::send) == before + 1);
}

TEST_CASE("a virtual clock fires deadlines within a 64th of their delay, in the turn they are due") {
  One one;
  one.owner.stream->set_deadline(25s);
  one.loop.advance(24'990ms);
  CHECK(one.owner.deadlines == 0);
  one.loop.advance(410ms);
  CHECK(one.owner.deadlines == 1);
  one.owner.stream->set_deadline(10s);
  one.owner.stream->clear_deadline();
  one.loop.advance(1h);
  CHECK(one.owner.deadlines == 1);
}

TEST_CASE("R14: what a stopped process or a blocking handler slept does not count against the peers") {
  One one;
  one.owner.stream->set_deadline(20s);
  one.loop.run();
  one.loop.backend().stall(60s);  // SIGSTOP, SIGCONT
  one.loop.run();
  CHECK(one.owner.deadlines == 0);
  one.owner.bytes_hook = [&](Bytes) { one.loop.backend().stall(30s); };  // a handler that blocks
  one.peer.write("x");
  one.loop.run();
  CHECK(one.owner.deadlines == 0);
  one.loop.advance(20'400ms);
  CHECK(one.owner.deadlines == 1);
}

TEST_CASE("a slow reader pauses reading above the hard limit, and hears of the drain") {
  One one;
  one.peer.set_window(1000);
  const std::string large = pattern(1'200'000);
  one.owner.bytes_hook = [&](Bytes) { one.owner.stream->write(as_bytes(large)); };
  one.peer.write("1");
  one.loop.run();
  CHECK(one.owner.reads == 1);
  CHECK(one.owner.stream->buffered() == large.size() - 1000);
  one.peer.write("2");
  one.loop.run();
  CHECK(one.owner.reads == 1);  // held
  CHECK(one.owner.drains == 0);
  std::string got;
  one.owner.bytes_hook = {};
  while (one.owner.drains == 0 && got.size() < large.size()) {
    got += one.peer.read();
    one.loop.run();
  }
  CHECK(one.owner.drains == 1);
  CHECK(one.owner.reads == 2);
  CHECK(one.owner.stream->buffered() <= 128 * 1024);
  one.peer.set_window(SIZE_MAX);
  one.loop.run();
  got += one.peer.read();
  CHECK(got == large);
  CHECK(one.owner.stream->outbox() == nullptr);  // given back: an idle stream holds no buffers
}

TEST_CASE("a peer that takes nothing for 20 s is given up; one that takes a little is not") {
  One one;
  one.peer.set_window(100);
  one.owner.stream->write(as_bytes(pattern(1000)));
  for (int i = 0; i < 5; ++i) {
    one.loop.advance(15s);
    one.peer.read(10);
    one.loop.run();
  }
  CHECK(one.owner.closes == 0);
  one.loop.advance(20'001ms);
  CHECK(one.owner.closes == 1);
  CHECK(one.owner.cause == CloseCause::aborted);
}

TEST_CASE("what is put aside comes back next turn, before anything newer") {
  One one;
  std::vector<std::string> seen;
  one.owner.bytes_hook = [&](Bytes b) {
    seen.emplace_back(as_text(b));
    if (b.size() > 3) one.owner.stream->put_aside(b.subspan(3));
    one.owner.stream->write(b.first(std::min<std::size_t>(3, b.size())));
    if (seen.size() == 1) one.peer.write("NEW");
  };
  one.peer.write("abcdefgh");
  one.loop.reactor().turn();
  CHECK(seen.size() == 1);
  one.loop.run();
  CHECK(seen == std::vector<std::string>{"abcdefgh", "defgh", "gh", "NEW"});
  CHECK(one.peer.read() == "abcdefghNEW");
}

TEST_CASE("a paused stream reads nothing, not even what was put aside, and loses nothing") {
  One one;
  one.owner.bytes_hook = [&](Bytes b) {
    if (b.size() > 1) one.owner.stream->put_aside(b.subspan(1));
    one.owner.stream->pause_reading();
    one.owner.bytes.resize(one.owner.bytes.size() - b.size() + 1);
  };
  one.peer.write("abc");
  one.loop.run();
  CHECK(one.owner.bytes == "a");
  one.peer.write("d");
  one.peer.finish();
  for (int i = 0; i < 3; ++i) {
    one.owner.stream->resume_reading();
    one.loop.run();
  }
  CHECK(one.owner.bytes == "abcd");
  CHECK(one.owner.ends == 0);
  one.owner.stream->resume_reading();
  one.loop.run();
  CHECK(one.owner.ends == 1);
}

TEST_CASE("F18: a lingering close sends everything and FIN, then throws away what arrives for at most a second") {
  One one;
  one.owner.bytes_hook = [&](Bytes) {
    one.owner.stream->write(as_bytes("400"));
    one.owner.stream->close_lingering();
  };
  one.peer.write("bad");
  one.loop.run();
  CHECK(one.peer.read() == "400");
  CHECK(one.peer.ended());
  CHECK_FALSE(one.peer.closed());
  one.peer.write("more that nobody wants");
  one.loop.run();
  CHECK(one.owner.reads == 1);
  CHECK_FALSE(one.peer.closed());
  SUBCASE("until the peer ends") { one.peer.finish(); }
  SUBCASE("or a second has passed") { one.loop.advance(1'020ms); }
  one.loop.run();
  CHECK(one.peer.closed());
  CHECK_FALSE(one.peer.was_reset());
  CHECK(one.owner.closes == 1);
  CHECK(one.owner.cause == CloseCause::local);
}

TEST_CASE("R9: however a stream ends, on_closed comes exactly once, and nothing after it") {
  One one;
  CloseCause expected = CloseCause::aborted;
  SUBCASE("RST") {
    one.peer.reset();
    expected = CloseCause::reset;
  }
  SUBCASE("RST after data") {
    one.peer.write("x");
    one.peer.reset();
    expected = CloseCause::reset;
  }
  SUBCASE("RST while paused") {
    one.owner.stream->pause_reading();
    one.peer.reset();
    expected = CloseCause::reset;
  }
  SUBCASE("abort") { one.owner.stream->abort(); }
  SUBCASE("abort twice, with data queued") {
    one.owner.stream->write(as_bytes("x"));
    one.owner.stream->abort(true);
    one.owner.stream->abort();
  }
  SUBCASE("abort inside on_bytes") {
    one.owner.bytes_hook = [&](Bytes) { one.owner.stream->abort(); };
    one.peer.write("x");
    one.peer.finish();
  }
  SUBCASE("close, then RST before it is flushed") {
    one.peer.set_window(1);
    one.owner.stream->write(as_bytes("xyz"));
    one.owner.stream->close();
    one.loop.run();
    one.peer.reset();
    expected = CloseCause::reset;
  }
  SUBCASE("close inside on_end") {
    one.owner.end_hook = [&] { one.owner.stream->close(); };
    one.peer.finish();
    expected = CloseCause::local;
  }
  SUBCASE("both sides at once") {
    one.owner.stream->close();
    one.peer.finish();
    expected = CloseCause::local;
  }
  one.loop.run();
  one.loop.advance(60s);
  CHECK(one.owner.closes == 1);
  CHECK(one.owner.cause == expected);
  CHECK(one.loop.reactor().streams() == 0);
}

TEST_CASE("R7: short writes of every length, EAGAIN, EINTR and ENOBUFS at every call leave the stream intact") {
  using Call = MemoryBackend::Call;
  const std::string sent = pattern(10'000);
  const auto transfer = [&](Function<MemoryBackend::Fault(Call, std::uint64_t)> faults) {
    One one;
    one.loop.backend().set_faults(std::move(faults));
    one.owner.bytes_hook = [&](Bytes b) {
      one.owner.stream->write(b.first(b.size() / 2));
      one.owner.stream->write_large({}, b.subspan(b.size() / 2));
    };
    one.owner.end_hook = [&] { one.owner.stream->close(); };
    for (std::size_t i = 0; i < sent.size(); i += 1000) {
      one.peer.write(std::string_view(sent).substr(i, 1000));
      one.loop.run();
    }
    one.peer.finish();
    one.loop.advance(10s);  // where the kernel has no memory, it is asked again after 10 ms
    CHECK(one.peer.read() == sent);
    CHECK(one.owner.closes == 1);
    CHECK(one.owner.cause == CloseCause::local);
    const auto& calls = one.loop.backend();
    return calls.calls(Call::send) + calls.calls(Call::read);
  };
  for (std::size_t n = 1; n < 1000; n += n < 20 ? 1 : 97) {
    transfer([n](Call call, std::uint64_t) {
      return call == Call::send ? MemoryBackend::Fault{0, n} : MemoryBackend::Fault{};
    });
    transfer([n](Call call, std::uint64_t) {
      return call == Call::read ? MemoryBackend::Fault{0, n} : MemoryBackend::Fault{};
    });
  }
  const std::uint64_t calls = transfer({});
  for (const int error : {EAGAIN, EINTR, ENOBUFS}) {
    for (const Call call : {Call::read, Call::send}) {
      if (error == ENOBUFS && call == Call::read) continue;
      for (std::uint64_t k = 0; k < calls; ++k) {
        transfer([=](Call c, std::uint64_t number) {
          return c == call && number == k ? MemoryBackend::Fault{error} : MemoryBackend::Fault{};
        });
      }
      transfer([=](Call c, std::uint64_t number) {
        return c == call && number % 2 == 0 ? MemoryBackend::Fault{error} : MemoryBackend::Fault{0, 33};
      });
    }
  }
}

TEST_CASE("R7: ECONNRESET at any call ends the stream once, with everything given back") {
  using Call = MemoryBackend::Call;
  for (const Call call : {Call::read, Call::send}) {
    for (std::uint64_t k = 0; k < 6; ++k) {
      One one;
      one.loop.backend().set_faults([=](Call c, std::uint64_t number) {
        return c == call && number >= k ? MemoryBackend::Fault{ECONNRESET} : MemoryBackend::Fault{0, 100};
      });
      one.owner.bytes_hook = [&](Bytes b) { one.owner.stream->write(b); };
      one.peer.write(pattern(1000));
      one.loop.advance(30s);
      CHECK(one.owner.closes == 1);
      CHECK(one.owner.cause == CloseCause::reset);
    }
  }
}

namespace {

/// Many accepted streams in memory; what one of them reads is written to all.
struct Crowd {
  std::vector<std::unique_ptr<Recorder>> owners;
  MemoryLoop loop;
  std::vector<MemoryPeer> peers;
  explicit Crowd(std::size_t size) {
    auto listener = loop.reactor().listen(loopback(), {}, [this](Stream& s) {
      owners.push_back(std::make_unique<Recorder>());
      owners.back()->stream = &s;
      owners.back()->bytes_hook = [this](Bytes b) {
        for (auto& owner : owners)
          if (owner->stream != nullptr) owner->stream->write(b);
      };
      s.set_owner(owners.back().get());
    });
    REQUIRE(listener);
    while (peers.size() < size) peers.push_back(loop.connect());
    loop.run();
    REQUIRE(owners.size() == size);
  }
};

}  // namespace

TEST_CASE("what is written to a thousand streams in a turn leaves in one send each, however often it was written") {
  Crowd crowd(1000);
  const auto before = crowd.loop.backend().calls(MemoryBackend::Call::send);
  for (int i = 0; i < 16; ++i) crowd.peers[static_cast<std::size_t>(i) * 50].write("to everybody ");
  crowd.loop.run();
  CHECK(crowd.loop.backend().calls(MemoryBackend::Call::send) == before + 1000);
  std::string wanted;
  for (int i = 0; i < 16; ++i) wanted += "to everybody ";
  bool right = true;
  for (MemoryPeer& peer : crowd.peers) right = right && peer.read() == wanted;
  CHECK(right);
}

TEST_CASE(
    "small shared blocks for many streams still leave in one send each, although the place to gather them is small") {
  Crowd crowd(300);
  for (auto& owner : crowd.owners)
    owner->bytes_hook = [&](Bytes) {
      for (int i = 0; i < 80; ++i) {
        Slice block = crowd.loop.reactor().hold(SharedBytes::make(40));
        for (auto& to : crowd.owners) to->stream->write(block);
        block.release();
      }
    };
  const auto before = crowd.loop.backend().calls(MemoryBackend::Call::send);
  crowd.peers[0].write("go");
  crowd.loop.run();
  CHECK(crowd.loop.backend().calls(MemoryBackend::Call::send) == before + 300);
  bool right = true;
  for (MemoryPeer& peer : crowd.peers) right = right && peer.arrived().size() == 3200;
  CHECK(right);
}

TEST_CASE("who does not read keeps what it was sent, and nothing of what others were sent beside it") {
  Crowd crowd(3);
  crowd.peers[0].set_window(10);
  crowd.owners[1]->bytes_hook = [&](Bytes) {
    for (int i = 0; i < 100; ++i) {
      Slice slice = crowd.loop.reactor().hold(SharedBytes::make(100));
      if (i == 50) crowd.owners[0]->stream->write(slice);
      crowd.owners[1]->stream->write(slice);
      crowd.owners[2]->stream->write(slice);
      slice.release();
    }
  };
  for (int turn = 0; turn < 20; ++turn) {
    crowd.peers[1].write("go");
    crowd.loop.run();
    CHECK(crowd.peers[2].arrived().size() == std::size_t(turn + 1) * 10'000);
  }
  CHECK(crowd.owners[0]->stream->buffered() == 20 * 100 - 10);
  CHECK(crowd.loop.reactor().blocks_held() <= 1);  // the loop's own, for the next turn
  crowd.peers[0].set_window(SIZE_MAX);
  crowd.loop.run();
  CHECK(crowd.peers[0].arrived().size() == 2000);
}

TEST_CASE("R7: faults at any send of a batch harm none of the other streams") {
  using Call = MemoryBackend::Call;
  const std::string text = pattern(5000);
  for (const int error : {0, EAGAIN, EINTR, ENOBUFS, ECONNRESET}) {
    for (std::uint64_t k = 0; k < 12; ++k) {
      CAPTURE(error);
      CAPTURE(k);
      Crowd crowd(9);
      const auto first = crowd.loop.backend().calls(Call::send);
      crowd.loop.backend().set_faults([&](Call call, std::uint64_t number) {
        if (call != Call::send || number != first + k) return MemoryBackend::Fault{};
        return error == 0 ? MemoryBackend::Fault{0, 77} : MemoryBackend::Fault{error};
      });
      crowd.peers[4].write(text);
      crowd.loop.advance(100ms);
      int whole = 0, gone = 0;
      for (std::size_t i = 0; i < crowd.peers.size(); ++i) {
        whole += crowd.peers[i].read() == text;
        gone += crowd.owners[i]->closes;
      }
      const bool one_is_lost = error == ECONNRESET && k < 9;
      CHECK(whole == (one_is_lost ? 8 : 9));
      CHECK(gone == (one_is_lost ? 1 : 0));
    }
  }
}

TEST_CASE("streams that are closed or aborted in the turn of a batch end as they would alone") {
  Crowd crowd(6);
  crowd.owners[0]->bytes_hook = [&](Bytes b) {
    for (auto& owner : crowd.owners) owner->stream->write(b);
    crowd.owners[1]->stream->close();
    crowd.owners[2]->stream->abort();
    crowd.owners[3]->stream->shutdown_write();
    crowd.owners[4]->stream->close_lingering();
  };
  crowd.peers[0].write("last words");
  crowd.loop.run();
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK(crowd.peers[i].read() == (i == 2 ? "" : "last words"));
    CHECK(crowd.peers[i].closed() == (i == 1 || i == 2));
    CHECK(crowd.peers[i].ended() == (i >= 1 && i <= 4));
    CHECK(crowd.owners[i]->closes == (i == 1 || i == 2 ? 1 : 0));
  }
}

TEST_CASE("R3: without descriptors, accepting pauses for 100 ms at a time, and those who wait are served later") {
  ReactorOptions options;
  options.log = std::make_shared<Log>([](const LogRecord&) {});
  MemoryLoop loop(options);
  int failures = 0;
  bool exhausted = true;
  auto listener = loop.reactor().listen(loopback(), {}, [&](Stream& s) { s.set_owner(new Echo(s)); });
  REQUIRE(listener);
  loop.backend().set_faults([&](MemoryBackend::Call call, std::uint64_t) {
    if (call != MemoryBackend::Call::accept || !exhausted) return MemoryBackend::Fault{};
    ++failures;
    return MemoryBackend::Fault{EMFILE};
  });
  MemoryPeer peer = loop.connect();
  peer.write("hello");
  loop.advance(1s);
  CHECK(failures <= 11);
  CHECK(failures >= 9);
  exhausted = false;
  loop.advance(110ms);
  CHECK(peer.read() == "hello");
}

TEST_CASE("a stream that is detached is adopted with its unread bytes, and its first owner hears nothing more") {
  Recorder second;
  One one;
  std::uint64_t old_handle = 0;
  one.owner.bytes_hook = [&](Bytes b) {
    old_handle = one.owner.stream->handle_bits();
    DetachedStream detached = one.owner.stream->detach(b.subspan(3));
    one.owner.stream = nullptr;
    second.stream = &one.loop.reactor().adopt(std::move(detached), second);
  };
  one.peer.write("abcdef");
  one.loop.run();
  one.peer.write("ghi");
  one.loop.run();
  CHECK(one.owner.closes == 0);
  CHECK(second.bytes == "defghi");
  CHECK(one.loop.reactor().find(old_handle) == nullptr);
  CHECK(one.loop.reactor().streams() == 1);
  one.peer.reset();
  one.loop.run();
  CHECK(second.closes == 1);
}
