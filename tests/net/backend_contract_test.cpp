// SPDX-License-Identifier: MIT
// What every backend over the kernel must do, for each of them.
#include "net/backend.h"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <thread>

#include "core/inbox.h"
#include "core/log.h"
#include "net/backends.h"
#include "net/listener.h"
#include "net/support.h"
#include "net/uring_backend.h"
#include "support/seccomp.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;
using duplex::testing::refuse_system_call;

namespace {

/// Calls `test` with a fresh backend of each kind that works here.
template <class F>
void for_each_backend(F&& test) {
  for (const BackendKind kind : {BackendKind::epoll, BackendKind::io_uring}) {
    auto made = make_backend(kind);
    if (!made && kind == BackendKind::io_uring) {
      MESSAGE("io_uring cannot be used here: " << made.error().message());
      continue;
    }
    REQUIRE(made);
    CAPTURE(static_cast<int>(kind));
    test(**made);
  }
}

/// Both ends of a connected pair; ours does not block.
struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0); }
  Pair(Pair&& o) noexcept : ends{std::exchange(o.ends[0], -1), std::exchange(o.ends[1], -1)} {}
  Pair& operator=(Pair&&) = delete;
  ~Pair() {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }
  std::string read() {
    std::string got, piece(1 << 16, '\0');
    for (ssize_t n; (n = ::recv(ends[1], piece.data(), piece.size(), 0)) > 0;)
      got.append(piece, 0, static_cast<std::size_t>(n));
    return got;
  }
  void close_peer() { ::close(std::exchange(ends[1], -1)); }
  int ends[2];
};

iovec piece_of(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 13);
  return text;
}

/// Sends `text` to each pair's peer by one batch.
std::vector<Io> send_to_all(Backend& backend, std::vector<Pair>& pairs, std::string_view text) {
  const iovec piece = piece_of(text);
  std::vector<Sending> batch;
  for (const Pair& pair : pairs) batch.push_back({pair.ends[0], {&piece, 1}});
  backend.send_batch(batch);
  std::vector<Io> results;
  for (const Sending& one : batch) results.push_back(one.result);
  return results;
}

/// A variable of the environment, for a while.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// The first event within five seconds that satisfies `wanted`.
template <class Wanted>
std::optional<Event> event_within_5s(Backend& backend, Wanted&& wanted) {
  const auto limit = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < limit)
    for (const Event& event : backend.wait(100ms))
      if (wanted(event)) return event;
  return std::nullopt;
}

}  // namespace

TEST_CASE("each backend: what is watched tells once of each arrival, and of room for output once that is asked for") {
  for_each_backend([](Backend& backend) {
    Pair pair;
    REQUIRE(backend.watch(pair.ends[0], 7));
    CHECK(backend.wait(0ms).empty());
    REQUIRE(backend.watch_output(pair.ends[0], 7));
    CHECK(event_within_5s(backend, [](const Event& e) { return e.token == 7 && e.writable && !e.readable; }));
    CHECK(backend.wait(0ms).empty());
    REQUIRE(::send(pair.ends[1], "x", 1, 0) == 1);
    CHECK(event_within_5s(backend, [](const Event& e) { return e.token == 7 && e.readable && !e.ended; }));
    CHECK(backend.wait(0ms).empty());  // it is not told twice
    std::byte byte[8];
    CHECK(backend.read(pair.ends[0], byte).bytes == 1);
    CHECK(backend.read(pair.ends[0], byte).error == EAGAIN);
    pair.close_peer();
    CHECK(event_within_5s(backend, [](const Event& e) { return e.token == 7 && e.ended; }));
    CHECK(backend.read(pair.ends[0], byte).bytes == 0);
  });
}

TEST_CASE("each backend: a write to the wake descriptor ends a wait, and is no event") {
  for_each_backend([](Backend& backend) {
    const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    backend.wake_through(wake);
    const auto begun = std::chrono::steady_clock::now();
    std::thread other([wake] { CHECK(::eventfd_write(wake, 1) == 0); });
    CHECK(backend.wait(10s).empty());
    other.join();
    CHECK(std::chrono::steady_clock::now() - begun < 9s);
    CHECK(backend.wait(1ms).empty());
    ::close(wake);
  });
}

TEST_CASE("each backend: a connection is accepted, says who it is, and a reset ends it") {
  for_each_backend([](Backend& backend) {
    Address address = loopback();
    auto listener = backend.listen(address, {});
    REQUIRE(listener);
    REQUIRE(backend.watch_listener(*listener, 3));
    CHECK(backend.accept(*listener).error == EAGAIN);
    Client client(address);
    CHECK(event_within_5s(backend, [](const Event& e) { return e.token == 3 && e.readable; }));
    const Io got = backend.accept(*listener);
    REQUIRE(got.error == 0);
    const int descriptor = static_cast<int>(got.bytes);
    CHECK(backend.peer(descriptor).host == "127.0.0.1");
    backend.close(descriptor, true);
    char byte;
    CHECK(::recv(client.fd(), &byte, 1, 0) == -1);
    CHECK(errno == ECONNRESET);
    backend.close(*listener, false);
  });
}

TEST_CASE("each backend: a batch sends to everybody, however many they are and however many pieces each has") {
  for_each_backend([](Backend& backend) {
    for (const std::size_t count : {1UL, 2UL, 255UL, 256UL, 257UL, 600UL}) {
      std::vector<Pair> pairs(count);
      const std::string head = "head", body = pattern(1000);
      const iovec pieces[] = {piece_of(head), piece_of(body)};
      std::vector<Sending> batch;
      for (std::size_t i = 0; i < count; ++i)
        batch.push_back({pairs[i].ends[0], std::span(pieces).subspan(i % 3 == 0 ? 1 : 0)});
      backend.send_batch(batch);
      bool right = true;
      for (std::size_t i = 0; i < count; ++i) {
        const std::string wanted = i % 3 == 0 ? body : head + body;
        right =
            right && batch[i].result.error == 0 && batch[i].result.bytes == wanted.size() && pairs[i].read() == wanted;
      }
      CHECK(right);
    }
  });
}

TEST_CASE("R10, each backend: in a batch, sends that are cut short, blocked or broken tell so, and the others arrive") {
  for_each_backend([](Backend& backend) {
    const std::string text = pattern(100'000);
    std::vector<Pair> pairs(300);
    std::vector<std::size_t> sent(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (i % 5 == 1) pairs[i].close_peer();
      if (i % 5 == 2 || i % 5 == 3) {
        const int small = 4096;
        ::setsockopt(pairs[i].ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
      }
      if (i % 5 == 3) {
        const iovec piece = piece_of(text);
        for (Io io{1, 0}; io.error == 0;)
          sent[i] += (io = backend.send(pairs[i].ends[0], {&piece, 1}, Follows::anything)).bytes;
      }
    }
    const auto results = send_to_all(backend, pairs, text);
    int broken = 0, cut = 0, blocked = 0, whole = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const Io& io = results[i];
      if (io.error == EPIPE) ++broken;
      if (io.error == EAGAIN) ++blocked;
      if (io.error == 0 && io.bytes == text.size()) ++whole;
      if (io.error == 0 && io.bytes < text.size()) {
        ++cut;
        CHECK(io.bytes > 0);
        CHECK(pairs[i].read() == text.substr(0, io.bytes));
      }
    }
    CHECK(broken == 60);
    CHECK(cut == 60);
    CHECK(blocked == 60);
    CHECK(whole == 120);
  });
}

TEST_CASE("each backend: after a send of a batch that was refused, room is told by an edge") {
  for_each_backend([](Backend& backend) {
    std::vector<Pair> pairs(2);
    const std::string text = pattern(1 << 20);
    REQUIRE(backend.watch(pairs[0].ends[0], 1));
    std::size_t arrived = 0;
    while (send_to_all(backend, pairs, text)[0].error == 0) continue;
    CHECK(backend.watch_output(pairs[0].ends[0], 1));
    CHECK(backend.wait(0ms).empty());
    arrived = pairs[0].read().size();
    CHECK(arrived > 0);
    CHECK(event_within_5s(backend, [](const Event& e) { return e.token == 1 && e.writable; }));
  });
}

TEST_CASE("R10, each backend: nothing of a batch is in flight when it returns: what is closed at once has sent all") {
  for_each_backend([](Backend& backend) {
    for (int round = 0; round < 20; ++round) {
      std::vector<Pair> pairs(64);
      std::string text = pattern(2000);
      const std::string wanted = text;
      send_to_all(backend, pairs, text);
      for (Pair& pair : pairs) ::close(std::exchange(pair.ends[0], -1));
      std::fill(text.begin(), text.end(), '!');  // the bytes are not ours to keep either
      bool right = true;
      for (Pair& pair : pairs) right = right && pair.read() == wanted;
      CHECK(right);
    }
  });
}

TEST_CASE(
    "R10: where the kernel refuses io_uring, the choice is epoll and the log says why; asked for by name it is an "
    "error") {
  const Environment automatic("DUPLEX_BACKEND", "auto");
  std::string text;
  Log log([&](const LogRecord& record) { text += record.text; });
  for (const int error : {ENOSYS, EPERM}) {
    std::thread([&] {  // the filter is this thread's, and goes with it
      if (!refuse_system_call("io_uring_setup", error)) {
        MESSAGE("no seccomp here");
        return;
      }
      text.clear();
      CHECK(choose_backend(BackendKind::automatic, &log) == BackendKind::epoll);
      CHECK(text.find(error == ENOSYS ? "not implemented" : "not permitted") != std::string::npos);
      const auto forced = make_backend(BackendKind::io_uring);
      CHECK_FALSE(forced);
      CHECK(forced.error() == std::error_code(error, std::system_category()));
    })
        .join();
  }
}

TEST_CASE("R10: a ring that may be made but not used is not chosen") {
  const Environment automatic("DUPLEX_BACKEND", "auto");
  std::thread([&] {
    if (!refuse_system_call("io_uring_enter", EPERM)) {
      MESSAGE("no seccomp here");
      return;
    }
    CHECK(choose_backend(BackendKind::automatic, nullptr) == BackendKind::epoll);
    CHECK_FALSE(make_backend(BackendKind::io_uring));
  }).join();
}

TEST_CASE("R10: a ring that is forbidden while it is in use loses nothing: epoll goes on, and says so once") {
  if (!UringSender::make()) {
    MESSAGE("io_uring cannot be used here");
    return;
  }
  std::vector<std::error_code> losses;
  auto backend = UringBackend::make([&](std::error_code why) { losses.push_back(why); });
  REQUIRE(backend);
  std::vector<Pair> pairs(300);
  send_to_all(**backend, pairs, "before ");
  std::thread([&] {
    if (!refuse_system_call("io_uring_enter", EPERM)) {
      MESSAGE("no seccomp here");
      return;
    }
    send_to_all(**backend, pairs, "during ");
    CHECK(losses.size() == 1);
    CHECK(losses.front() == std::errc::operation_not_permitted);
  }).join();
  send_to_all(**backend, pairs, "after");
  CHECK(losses.size() <= 1);
  bool right = true;
  for (Pair& pair : pairs) right = right && pair.read() == (losses.empty() ? "before after" : "before during after");
  CHECK(right);
}
