// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <ctime>

#include "core/log.h"
#include "net/reactor_group.h"
#include "net/support.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

bool echoes(Reactor& reactor, const Address& address) {
  Client client(address);
  if (!client.connected || !client.write("ping")) return false;
  std::string got;
  return turn_until(reactor, [&] { return (got += client.read()) == "ping"; });
}

void serve(Stream& stream) { stream.set_owner(new Echo(stream)); }

ReactorOptions quiet() {
  ReactorOptions options;
  options.log = std::make_shared<Log>([](const LogRecord&) {});
  return options;
}

std::string unix_path() { return "/tmp/duplex-listener-test-" + std::to_string(::getpid()) + ".sock"; }

}  // namespace

TEST_CASE("addresses are read and written as people write them") {
  CHECK(Address::parse("127.0.0.1", 80)->text() == "127.0.0.1:80");
  CHECK(Address::parse("::1", 80)->text() == "[::1]:80");
  CHECK(Address::parse("[::]", 80)->text() == "[::]:80");
  CHECK(Address::parse("localhost", 80)->text() == "localhost:80");
  CHECK(Address::parse("unix:/run/x.sock", 0)->text() == "unix:/run/x.sock");
  CHECK(Address::parse("example.org", 80).error() == Errc::bad_argument);
  CHECK(Address::parse("127.0.0.256", 80).error() == Errc::bad_argument);
  CHECK(Address::parse("127.0.0.1", 65'536).error() == Errc::out_of_range);
  CHECK(Address::parse("unix:" + std::string(200, 'x'), 0).error() == Errc::bad_argument);
}

TEST_CASE("a listener serves IPv4, IPv6, both by the name localhost, and unix sockets") {
  Reactor reactor(kernel());
  for (const char* host : {"127.0.0.1", "::1"}) {
    CAPTURE(host);
    auto listener = reactor.listen(*Address::parse(host, 0), {}, serve);
    REQUIRE(listener);
    CHECK(echoes(reactor, (*listener)->address()));
  }
  auto both = reactor.listen(*Address::parse("localhost", 0), {}, serve);
  REQUIRE(both);
  const int port = (*both)->address().port;
  CHECK(echoes(reactor, *Address::parse("127.0.0.1", port)));
  CHECK(echoes(reactor, *Address::parse("::1", port)));
  const Address path = *Address::parse("unix:" + unix_path(), 0);
  auto local = reactor.listen(path, {}, serve);
  REQUIRE(local);
  CHECK(echoes(reactor, path));
  (*local)->close();
  CHECK(::access(unix_path().c_str(), F_OK) != 0);  // it tidied up
}

TEST_CASE("a unix socket's path that a dead server left is taken over, a living one's is not") {
  const Address path = *Address::parse("unix:" + unix_path(), 0);
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SocketAddress at(path);
    REQUIRE(::bind(fd, at.get(), at.size()) == 0);
    ::close(fd);  // as kill -9 leaves it
  }
  Reactor one(kernel()), two(kernel());
  REQUIRE(one.listen(path, {}, serve));
  CHECK(two.listen(path, {}, serve).error() == Errc::address_in_use);
  CHECK(echoes(one, path));
}

TEST_CASE("two groups with several loops do not share a port by accident, and several loops share a unix socket") {
  auto one = ReactorGroup::make(2), two = ReactorGroup::make(2);
  auto address = (*one)->listen(loopback(), {}, serve);
  REQUIRE(address);
  CHECK((*two)->listen(*address, {}, serve).error() == Errc::address_in_use);
  const Address path = *Address::parse("unix:" + unix_path(), 0);
  REQUIRE((*one)->listen(path, {}, serve));
  CHECK(echoes((**one)[0], path));
  CHECK(echoes((**one)[1], path));
}

TEST_CASE("a listener that closes serves those who were waiting already") {
  std::vector<Client> clients;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, serve);
  REQUIRE(listener);
  const Address address = (*listener)->address();
  for (int i = 0; i < 100; ++i) clients.emplace_back(address);
  for (auto& c : clients) c.write("x");
  (*listener)->close();
  CHECK_FALSE(Client(address).connected);
  std::size_t answered = 0;
  CHECK(turn_until(reactor, [&] {
    for (auto& c : clients) answered += c.read().size();
    return answered == clients.size();
  }));
}

TEST_CASE("a listener on a socket from outside leaves it open, and its backlog to whoever listens next") {
  Reactor outside(kernel()), before(kernel()), after(kernel());
  auto held = outside.listen(loopback(), {}, [](Stream&) {});
  REQUIRE(held);
  const int descriptor = (*held)->descriptor();

  auto first = before.listen({}, {.descriptor = descriptor, .inherited = true}, serve);
  REQUIRE(first);
  CHECK((*first)->address().port == (*held)->address().port);
  CHECK(echoes(before, (*first)->address()));
  Client waiting((*held)->address());
  REQUIRE(waiting.write("late"));
  const std::size_t served = before.streams();
  (*first)->close();
  CHECK(before.streams() == served);

  REQUIRE(after.listen({}, {.descriptor = descriptor, .inherited = true}, serve));
  std::string got;
  CHECK(turn_until(after, [&] { return (got += waiting.read()) == "late"; }));
}

TEST_CASE("at most 64 connections are accepted a turn, and not more than allowed are open") {
  auto options = quiet();
  options.max_connections = 80;
  std::vector<Client> clients;
  Reactor reactor(kernel(), options);
  auto listener = reactor.listen(loopback(), {}, serve);
  REQUIRE(listener);
  for (int i = 0; i < 100; ++i) clients.emplace_back((*listener)->address());
  turn_once(reactor);
  CHECK(reactor.streams() == 64);
  turn_until(reactor, [&] { return reactor.streams() == 80; });
  turn_once(reactor);
  CHECK(reactor.streams() == 80);
  for (int i = 0; i < 30; ++i) clients[static_cast<std::size_t>(i)].close();
  clients.back().write("me too");
  std::string got;
  CHECK(turn_until(reactor, [&] { return (got += clients.back().read()) == "me too"; }));
}

TEST_CASE("R3: with every descriptor used, the open ones are served, the rest wait, and the processor rests") {
  std::vector<int> sockets;
  Recorder first;
  auto options = quiet();
  options.max_connections = 100'000;
  Reactor reactor(kernel(), options);
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    if (first.stream == nullptr) {
      first.stream = &s;
      s.set_owner(&first);
    } else {
      s.set_owner(new Echo(s));
    }
  });
  REQUIRE(listener);
  first.bytes_hook = [&](Bytes b) { first.stream->write(b); };
  Client served((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return first.stream != nullptr; }));
  for (int i = 0; i < 60; ++i) sockets.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int next = ::dup(sockets.front());
  ::close(next);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit tight{static_cast<rlim_t>(next) + 10, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  const SocketAddress at((*listener)->address());
  for (const int fd : sockets) CHECK(::connect(fd, at.get(), at.size()) == 0);

  timespec cpu_before{}, cpu_after{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu_before);
  bool over = false;
  reactor.after(1s, [&] { over = true; });
  while (!over) reactor.turn();
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu_after);
  const double used = static_cast<double>(cpu_after.tv_sec - cpu_before.tv_sec) +
                      static_cast<double>(cpu_after.tv_nsec - cpu_before.tv_nsec) * 1e-9;
  CHECK(used < 0.05);
  CHECK(reactor.streams() == 11);

  served.write("still?");
  std::string got;
  CHECK(turn_until(reactor, [&] { return (got += served.read()) == "still?"; }));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(turn_until(reactor, [&] { return reactor.streams() == 61; }));
  for (const int fd : sockets) ::close(fd);
}

TEST_CASE("R16: every descriptor is closed on exec, and a peer that is gone raises no signal") {
  const int lowest = ::dup(0);  // those below were there before us
  ::close(lowest);
  Recorder owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(*Address::parse("localhost", 0), {}, [&](Stream& s) {
    owner.stream = &s;
    s.set_owner(&owner);
  });
  REQUIRE(listener);
  Client client((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return owner.stream != nullptr; }));
  DIR* descriptors = ::opendir("/proc/self/fd");
  REQUIRE(descriptors != nullptr);
  int checked = 0;
  while (const dirent* entry = ::readdir(descriptors)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] == '.' || fd < lowest) continue;
    char target[256] = "";
    [[maybe_unused]] const auto n =
        ::readlink(("/proc/self/fd/" + std::string(entry->d_name)).c_str(), target, sizeof target - 1);
    const std::string_view what = target;
    if (!what.starts_with("socket:") && !what.starts_with("anon_inode:")) continue;
    ++checked;
    CHECK_MESSAGE((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, what);
  }
  ::closedir(descriptors);
  CHECK(checked >= 5);  // epoll, two listeners, the stream, the client
  client.reset();
  owner.stream->write(as_bytes("into the void"));
  owner.stream->close();
  CHECK(turn_until(reactor, [&] { return owner.closes == 1; }));  // SIGPIPE would have ended the test
}
