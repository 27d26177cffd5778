// SPDX-License-Identifier: MIT
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/backends.h"
#include "net/reactor.h"
#include "net/socket_address.h"

namespace duplex::net::testing {

using namespace std::chrono_literals;

/// Writes down what it hears.
struct Recorder final : StreamOwner {
  Stream* stream = nullptr;
  std::string bytes;
  int reads = 0, ends = 0, drains = 0, deadlines = 0, closes = 0;
  CloseCause cause = CloseCause::local;
  Function<void(Bytes)> bytes_hook = {};
  Function<void()> end_hook = {}, deadline_hook = {}, closed_hook = {}, drain_hook = {};

  void on_bytes(Bytes b) override {
    ++reads;
    bytes += as_text(b);
    if (bytes_hook) bytes_hook(b);
  }
  void on_end() override {
    ++ends;
    if (end_hook) end_hook();
  }
  void on_drain() override {
    ++drains;
    if (drain_hook) drain_hook();
  }
  void on_deadline() override {
    ++deadlines;
    if (deadline_hook) deadline_hook();
  }
  void on_closed(CloseCause why) override {
    ++closes;
    cause = why;
    stream = nullptr;
    if (closed_hook) closed_hook();
  }
};

/// Sends back what it gets, closes when the peer has ended, and deletes itself.
struct Echo final : StreamOwner {
  explicit Echo(Stream& s) : stream(s) {}
  void on_bytes(Bytes b) override { stream.write(b); }
  void on_end() override { stream.close(); }
  void on_drain() override {}
  void on_deadline() override {}
  void on_closed(CloseCause) override { delete this; }
  Stream& stream;
};

/// The kernel, through what DUPLEX_BACKEND says.
inline std::unique_ptr<Backend> kernel() {
  auto made = make_backend(BackendKind::automatic);
  return made ? std::move(*made) : nullptr;
}

/// A blocking client of the test.
class Client {
 public:
  explicit Client(const Address& to) {
    SocketAddress at(to);
    fd_ = ::socket(at.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    connected = ::connect(fd_, at.get(), at.size()) == 0;
  }
  Client(Client&& o) noexcept : connected(o.connected), fd_(std::exchange(o.fd_, -1)) {}
  ~Client() { close(); }

  bool write(std::string_view text) {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  std::string read(std::size_t most = 65536) {
    std::string text(most, '\0');
    const auto n = ::recv(fd_, text.data(), text.size(), MSG_DONTWAIT);
    last_errno = n < 0 ? errno : 0;
    ended = ended || n == 0;
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }
  void shutdown() { ::shutdown(fd_, SHUT_WR); }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int fd() const { return fd_; }

  bool connected = false;
  bool ended = false;
  int last_errno = 0;

 private:
  int fd_ = -1;
};

/// Turns until `done()`, at most five seconds.
template <class Done>
bool turn_until(Reactor& reactor, Done&& done) {
  bool late = false;
  const TimerId limit = reactor.after(5s, [&] { late = true; });
  while (!done() && !late) {
    const TimerId tick = reactor.after(5ms, [] {});  // `done` may look at the other end of a socket
    reactor.turn();
    reactor.cancel(tick);
  }
  reactor.cancel(limit);
  return !late;
}

/// One turn that ends, even if nothing happens.
inline void turn_once(Reactor& reactor) {
  const TimerId limit = reactor.after(5ms, [] {});
  reactor.turn();
  reactor.cancel(limit);
}

inline Address loopback() { return *Address::parse("127.0.0.1", 0); }

}  // namespace duplex::net::testing
