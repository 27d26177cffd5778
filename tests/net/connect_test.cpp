// SPDX-License-Identifier: MIT
#include "net/connect.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <map>

#include "net/connecting.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

TEST_CASE("a connection that is made gives a stream like an accepted one") {
  ConnectingLoop client;
  client.connect({"127.0.0.1", 3000});
  CHECK(client.results.empty());  // never inside connect
  client.loop.run();
  REQUIRE(client.results.size() == 1);
  CHECK_FALSE(client.results[0].error);
  REQUIRE(client.owner.stream != nullptr);
  MemoryPeer server = client.loop.backend().accept_dialled();
  client.owner.stream->write(as_bytes("hello"));
  client.loop.run();
  CHECK(server.read() == "hello");
  server.write("world");
  server.finish();
  client.loop.run();
  CHECK(client.owner.bytes == "world");
  CHECK(client.owner.ends == 1);
  client.owner.stream->close();
  client.loop.run();
  CHECK(server.closed());
  CHECK(client.loop.reactor().streams() == 0);
}

TEST_CASE("a connection that nobody takes is closed") {
  MemoryLoop loop;
  loop.reactor().connect({"127.0.0.1", 3000}, {}, [](Connected came) { CHECK(came.stream != nullptr); });
  loop.run();
  CHECK(loop.backend().accept_dialled().closed());
  CHECK(loop.reactor().streams() == 0);
}

TEST_CASE("what cannot be connected to is said in one line, with its code") {
  struct Row {
    Endpoint to;
    Errc code;
    const char* why;
  };
  const std::string path = "unix:/" + std::string(120, 'x');
  const Row rows[] = {
      {{"127.0.0.1", 0}, Errc::bad_argument, "cannot connect to 127.0.0.1:0: a port is a number from 1 to 65535"},
      {{"::1", 70'000}, Errc::bad_argument, "cannot connect to [::1]:70000: a port is a number from 1 to 65535"},
      {{"", 80}, Errc::bad_argument, "cannot connect to :80: this is neither a host's name nor an address"},
      {{"http://x", 80},
       Errc::bad_argument,
       "cannot connect to [http://x]:80: this is neither a host's name nor an address"},
      {{"a b", 80}, Errc::bad_argument, "cannot connect to a b:80: this is neither a host's name nor an address"},
      {{"unix:", 0}, Errc::bad_argument, "cannot connect to unix:: the path is empty, or too long"},
      {{path, 0}, Errc::bad_argument, nullptr},
      {{"192.0.2.1", 80}, Errc::cannot_connect, "cannot connect to 192.0.2.1:80: Connection refused"},
      {{"[2001:db8::1]", 80}, Errc::cannot_connect, "cannot connect to [2001:db8::1]:80: Network is unreachable"},
      {{"localhost", 80}, Errc::cannot_connect, "cannot connect to localhost:80: Connection refused (127.0.0.1, ::1)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.to.host);
    ConnectingLoop client;
    client.loop.backend().set_dial(
        [](const Address& to) { return to.kind == Address::Kind::v6 ? ENETUNREACH : ECONNREFUSED; });
    client.connect(row.to);
    client.loop.run();
    const std::string why = client.why();
    CHECK(client.results[0].error == row.code);
    if (row.why != nullptr) CHECK(why == row.why);
    CHECK(why.find('\n') == std::string::npos);
  }
}

TEST_CASE("a connection that nobody answers is given up when its time is over") {
  ConnectingLoop client;
  client.loop.backend().set_dial([](const Address&) { return EINPROGRESS; });
  ConnectOptions options;
  options.timeout = 3s;
  client.connect({"127.0.0.1", 80}, options);
  client.loop.advance(2'990ms);
  CHECK(client.results.empty());
  client.loop.advance(100ms);
  CHECK(client.why() == "cannot connect to 127.0.0.1:80: no success within 3 s, while waiting for an answer");
  CHECK(client.results[0].error == Errc::timeout);
}

TEST_CASE("a connection that is called off is not heard of again") {
  ConnectingLoop client;
  SUBCASE("before it begins") { client.loop.reactor().cancel_connect(client.connect({"127.0.0.1", 80})); }
  SUBCASE("while it waits") {
    client.loop.backend().set_dial([](const Address&) { return EINPROGRESS; });
    const ConnectId id = client.connect({"localhost", 80});
    client.loop.advance(1s);
    client.loop.reactor().cancel_connect(id);
    client.loop.reactor().cancel_connect(id);
  }
  SUBCASE("while its name is looked up") {
    const ConnectId id = client.connect({"name.invalid", 80});
    client.loop.run();
    client.loop.reactor().cancel_connect(id);
  }
  client.loop.advance(60s);
  CHECK(client.results.empty());
  CHECK(client.loop.reactor().streams() == 0);
}

TEST_CASE("the next address is tried at once when one refuses, and after a moment when one is silent") {
  ConnectingLoop client;
  std::vector<std::string> tried;
  std::map<std::string, int> answers = {{"127.0.0.1", ECONNREFUSED}, {"::1", 0}};
  client.loop.backend().set_dial([&](const Address& to) {
    tried.push_back(to.host);
    return answers[to.host];
  });
  SUBCASE("refused") {
    client.connect({"localhost", 80});
    client.loop.run();
    CHECK(tried == std::vector<std::string>{"127.0.0.1", "::1"});
    REQUIRE(client.owner.stream != nullptr);
  }
  SUBCASE("silent") {
    answers["127.0.0.1"] = EINPROGRESS;
    client.connect({"localhost", 80});
    client.loop.advance(200ms);
    CHECK(tried.size() == 1);
    CHECK(client.results.empty());
    client.loop.advance(100ms);
    CHECK(tried.size() == 2);
    REQUIRE(client.owner.stream != nullptr);
    client.loop.advance(60s);
    CHECK(client.results.size() == 1);
  }
  SUBCASE("the first one is enough") {
    answers["127.0.0.1"] = 0;
    client.connect({"localhost", 80});
    client.loop.advance(60s);
    CHECK(tried.size() == 1);
    REQUIRE(client.owner.stream != nullptr);
  }
  CHECK(client.loop.reactor().streams() == 1);
}

TEST_CASE("a loop that ends tells who waits for a connection") {
  std::vector<Connected> results;
  {
    MemoryLoop loop;
    loop.backend().set_dial([](const Address&) { return EINPROGRESS; });
    for (const char* host : {"127.0.0.1", "name.invalid"})
      loop.reactor().connect({host, 80}, {}, [&](Connected came) { results.push_back(came); });
    loop.run();
  }
  REQUIRE(results.size() == 2);
  for (const Connected& came : results) CHECK(came.error == Errc::closed);
}

TEST_CASE("a loop that ends does not wait for who connects anew as it hears of it") {
  int heard = 0;
  Function<void()> connect;
  {
    MemoryLoop loop;
    loop.backend().set_dial([](const Address&) { return EINPROGRESS; });
    connect = [&] {
      loop.reactor().connect({"127.0.0.1", 80}, {}, [&](Connected) {
        ++heard;
        connect();
      });
    };
    connect();
    loop.run();
  }
  CHECK(heard == 1);
}

TEST_CASE("a handler of a connection may begin the next one") {
  ConnectingLoop client;
  int left = 1'000;
  client.loop.backend().set_dial([](const Address&) { return ECONNREFUSED; });
  Function<void(Connected)> again;
  const auto connect = [&] {
    client.loop.reactor().connect({"127.0.0.1", 80}, {}, [&](Connected c) { again(std::move(c)); });
  };
  again = [&](Connected came) {
    CHECK(came.error == Errc::cannot_connect);
    if (--left > 0) connect();
  };
  connect();
  client.loop.run();
  CHECK(left == 0);
}

// -- through the kernel ----------------------------------------------------------------------------------------------

namespace {

struct KernelLoop {
  Recorder owner;
  std::optional<Connected> result;
  Reactor reactor{kernel()};

  void connect(Endpoint to, ConnectOptions options = {}) {
    result.reset();
    reactor.connect(std::move(to), std::move(options), [this](Connected came) {
      if (came.stream != nullptr) {
        came.stream->set_owner(&owner);
        owner.stream = came.stream;
      }
      result = std::move(came);
    });
    REQUIRE(turn_until(reactor, [this] { return result.has_value(); }));
  }
};

/// A port that nobody listens on, nor will: it is taken.
struct DeafPort {
  DeafPort() {
    const SocketAddress any(loopback());
    REQUIRE(::bind(fd, any.get(), any.size()) == 0);
    number = SocketAddress::local(fd).address().port;
  }
  DeafPort(const DeafPort&) = delete;
  ~DeafPort() { ::close(fd); }
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int number = 0;
};

}  // namespace

TEST_CASE("the kernel connects to addresses, to names and to paths") {
  KernelLoop loop;
  std::string path = "/tmp/duplex-connect-test-XXXXXX";
  const int file = ::mkstemp(path.data());  // a name of our own
  REQUIRE(file >= 0);
  ::close(file);
  ::unlink(path.c_str());
  const auto echo = [](Stream& s) { s.set_owner(new Echo(s)); };
  const auto tcp = loop.reactor.listen(*Address::parse("localhost", 0), {}, echo);
  REQUIRE(tcp);
  const auto at_path = loop.reactor.listen(*Address::parse("unix:" + path, 0), {}, echo);
  REQUIRE(at_path);
  const int port = (*tcp)->address().port;
  // "127.1" is no address to us, but the system's resolver knows what it stands for, without asking anybody.
  for (const Endpoint& to : {Endpoint{"127.0.0.1", port}, Endpoint{"localhost", port}, Endpoint{"127.1", port},
                             Endpoint{"unix:" + path, 0}}) {
    CAPTURE(to.text());
    loop.connect(to);
    REQUIRE(loop.result->why == "");
    REQUIRE(loop.owner.stream != nullptr);
    loop.owner.bytes.clear();
    loop.owner.stream->write(as_bytes("hello"));
    REQUIRE(turn_until(loop.reactor, [&] { return loop.owner.bytes == "hello"; }));
    loop.owner.stream->close();
    REQUIRE(turn_until(loop.reactor, [&] { return loop.reactor.streams() == 0; }));
  }
}

TEST_CASE("the kernel's refusals, and a name that nobody knows") {
  KernelLoop loop;
  const DeafPort deaf;
  const std::string port = std::to_string(deaf.number);
  loop.connect({"127.0.0.1", deaf.number});
  CHECK(loop.result->why == "cannot connect to 127.0.0.1:" + port + ": Connection refused");
  CHECK(loop.result->error == Errc::cannot_connect);
  loop.connect({"127.1", deaf.number});
  CHECK(loop.result->why == "cannot connect to 127.1:" + port + ": Connection refused (127.0.0.1)");
  loop.connect({"unix:/nonexistent/duplex.sock", 0});
  CHECK(loop.result->why == "cannot connect to unix:/nonexistent/duplex.sock: No such file or directory");
  // RFC 6761 §6.4: this name never has an address. Where no name server answers, the time limit speaks first.
  ConnectOptions options;
  options.timeout = 2s;
  loop.connect({"name.invalid", 80}, options);
  CHECK((loop.result->error == Errc::unknown_host || loop.result->error == Errc::timeout));
  CHECK(loop.result->why.starts_with("cannot connect to name.invalid:80: "));
  CHECK(loop.reactor.streams() == 0);
}

TEST_CASE("a hundred connections at once, half of them to nobody") {
  KernelLoop loop;
  const auto listener = loop.reactor.listen(loopback(), {}, [](Stream& s) { s.set_owner(new Echo(s)); });
  REQUIRE(listener);
  const DeafPort deaf;
  const int there = (*listener)->address().port, nowhere = deaf.number;
  int made = 0, refused = 0;
  for (int i = 0; i < 100; ++i)
    loop.reactor.connect({i % 4 < 2 ? "127.0.0.1" : "127.1", i % 2 == 0 ? there : nowhere}, {}, [&](Connected came) {
      if (came.stream == nullptr) {
        ++refused;
      } else {
        ++made;
        came.stream->set_owner(new Echo(*came.stream));
        came.stream->close();
      }
    });
  REQUIRE(turn_until(loop.reactor, [&] { return made + refused == 100 && loop.reactor.streams() == 0; }));
  CHECK(made == 50);
  CHECK(refused == 50);
}
