// SPDX-License-Identifier: MIT
// Our side that connects, against OpenSSL's own server, through the kernel.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <optional>

#include "net/connecting.h"
#include "net/pki.h"
#include "net/tls_session.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

/// `openssl s_server`, on a port that the kernel picks. It says "ACCEPT 127.0.0.1:PORT" when it listens.
class OpensslServer {
 public:
  explicit OpensslServer(const TlsCertificate& shown, std::vector<std::string> more = {})
      : certificate_(shown.certificate), key_(shown.key) {
    std::vector<std::string> words = {"openssl",         "s_server", "-accept", "127.0.0.1:0", "-cert",
                                      certificate_.path, "-key",     key_.path, "-naccept",    "1"};
    for (std::string& word : more) words.push_back(std::move(word));
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int out[2];
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(in_, O_CLOEXEC) == 0);  // it ends with its input, which is open for as long as we are
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in_[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, out[1], 2);
    const int error = ::posix_spawnp(&pid_, "openssl", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    out_ = out[0];
    REQUIRE(error == 0);
    const std::string said = read_until("ACCEPT ");
    const std::string line = said + read_until("\n");
    port = std::atoi(line.c_str() + line.rfind(':') + 1);
    REQUIRE(port > 0);
  }
  OpensslServer(const OpensslServer&) = delete;
  ~OpensslServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    for (const int fd : {out_, in_[0], in_[1]}) ::close(fd);
  }
  void type(std::string_view text) { REQUIRE(::write(in_[1], text.data(), text.size()) > 0); }
  void stop() { ::kill(pid_, SIGSTOP); }

  /// What it prints, up to and with `what`.
  std::string read_until(const std::string& what) {
    std::string text;
    while (text.find(what) == std::string::npos) {
      pollfd ready{out_, POLLIN, 0};
      char c = 0;
      if (::poll(&ready, 1, 10'000) != 1 || ::read(out_, &c, 1) != 1) FAIL("openssl s_server said only: " << text);
      text += c;
    }
    return text;
  }

  int port = 0;

 private:
  TemporaryFile certificate_, key_;
  pid_t pid_ = -1;
  int out_ = -1, in_[2] = {-1, -1};
};

struct Connecting {
  Recorder owner;
  std::optional<Connected> result;
  Reactor reactor{kernel()};

  void connect(const Endpoint& to, ConnectOptions options) {
    result.reset();
    reactor.connect(to, std::move(options), [this](Connected came) {
      if (came.stream != nullptr) {
        came.stream->set_owner(&owner);
        owner.stream = came.stream;
      }
      result = std::move(came);
    });
    REQUIRE(turn_until(reactor, [this] { return result.has_value(); }));
  }
};

ConnectOptions believing(TlsClientOptions wanted) {
  ConnectOptions options;
  auto loaded = TlsClientContext::load(wanted);
  REQUIRE(loaded.error == "");
  options.tls = loaded.context;
  return options;
}
ConnectOptions believing() {
  TlsClientOptions wanted;
  wanted.ca = authority().files.certificate;
  return believing(wanted);
}

}  // namespace

TEST_CASE("openssl s_server: both versions, by name and by address, and bytes both ways") {
  for (const char* version : {"-tls1_2", "-tls1_3"})
    for (const char* host : {"localhost", "127.0.0.1"}) {
      OpensslServer server(issued("DNS:localhost,IP:127.0.0.1"), {version});
      Connecting client;
      client.connect({host, server.port}, believing());
      REQUIRE(client.result->why == "");
      REQUIRE(client.owner.stream != nullptr);
      CHECK(client.owner.stream->tls()->version() == (version == std::string("-tls1_2") ? "TLSv1.2" : "TLSv1.3"));
      client.owner.stream->write(as_bytes("from the client\n"));
      turn_once(client.reactor);
      server.read_until("from the client");
      server.type("from the server\n");
      REQUIRE(turn_until(client.reactor, [&] { return client.owner.bytes == "from the server\n"; }));
      client.owner.stream->close();
      REQUIRE(turn_until(client.reactor, [&] { return client.owner.closes == 1; }));
      server.read_until("CONNECTION CLOSED");
      CHECK(client.owner.cause == CloseCause::local);
    }
}

TEST_CASE("L7: openssl s_server with a wrong name, expired, self-signed, and of an unknown CA is refused") {
  const Identity other({.subject = "Other CA", .vouches = true});
  struct Row {
    TlsCertificate shown;
    const char* why;
  };
  const Row rows[] = {
      {issued("DNS:other.example"), "the certificate is not for \"localhost\" but for other.example"},
      {issued("DNS:localhost", -48, -24), "the certificate has expired on "},
      {Identity({.names = "DNS:localhost"}).files, "the certificate is self-signed; "},
      {Identity({.names = "DNS:localhost"}, &other).files, "nobody who is trusted here vouches for the certificate; "},
  };
  for (const char* version : {"-tls1_2", "-tls1_3"})
    for (const Row& row : rows) {
      OpensslServer server(row.shown, {version});
      Connecting client;
      client.connect({"localhost", server.port}, believing());
      const std::string why = client.result->why;
      CAPTURE(why);
      CHECK(why.starts_with("cannot connect to localhost:" + std::to_string(server.port) + ": " + row.why));
      CHECK(client.result->error == Errc::untrusted_peer);
      CHECK(client.reactor.streams() == 0);
      CHECK(server.read_until("alert ").find("ERROR") != std::string::npos);  // it hears of it
    }
}

TEST_CASE("openssl s_server that wants a client's certificate gets ours") {
  const TemporaryFile ca(authority().files.certificate);
  OpensslServer server(issued("DNS:localhost"), {"-Verify", "1", "-CAfile", ca.path});
  TlsClientOptions wanted;
  wanted.ca = ca.path;
  wanted.own = Identity({.subject = "our client"}, &authority()).files;
  Connecting client;
  client.connect({"localhost", server.port}, believing(wanted));
  REQUIRE(client.owner.stream != nullptr);
  server.read_until("our client");
}

TEST_CASE("L7: openssl s_server that is stopped is given up when its time is over") {
  OpensslServer server(issued("DNS:localhost"));
  server.stop();  // the kernel still accepts for it
  Connecting client;
  ConnectOptions options = believing();
  options.timeout = 300ms;
  client.connect({"localhost", server.port}, options);
  CHECK(client.result->error == Errc::timeout);
  CHECK(client.result->why.ends_with("no success within 300 ms, while shaking hands"));
  CHECK(client.reactor.streams() == 0);
}
