// SPDX-License-Identifier: MIT
// Peers that misuse TLS once the handshake is over.
#include <doctest/doctest.h>
#include <openssl/err.h>

#include <chrono>

#include "net/tls_loop.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

void ask_for_new_keys(TlsClient& client, int times) {
  for (int i = 0; i < times; ++i) {
    REQUIRE(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
    REQUIRE(SSL_do_handshake(client.ssl()) == 1);
  }
  client.push();
}

}  // namespace

TEST_CASE("L3: new keys may be asked for 16 times a minute") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  ask_for_new_keys(client, 16);
  server.loop.run();
  client.write("still here");
  server.loop.run();
  CHECK(server.owner.bytes == "still here");
  SUBCASE("and again in the next one") {
    server.loop.advance(61s);
    ask_for_new_keys(client, 16);
    client.write(" and here");
    server.loop.run();
    CHECK(server.owner.bytes == "still here and here");
    CHECK(server.log.empty());
    server.owner.stream->write(as_bytes("yes"));
    server.loop.run();
    CHECK(client.read() == "yes");
  }
  SUBCASE("not once more") {
    ask_for_new_keys(client, 1);
    server.loop.run();
    CHECK(client.peer().closed());
    REQUIRE(server.log.size() == 1);
    CHECK(server.log[0].ends_with("it asked for new keys more than 16 times in a minute"));
  }
}

TEST_CASE("L3: a flood of requests for new keys in one read is not worked through") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  ask_for_new_keys(client, 10'000);
  const auto began = std::chrono::steady_clock::now();
  server.loop.run();
  CHECK(std::chrono::steady_clock::now() - began < 100ms);  // all of them would take far longer
  CHECK(client.peer().closed());
  CHECK(server.owner.closes == 1);
  CHECK(server.log.size() == 1);
}

TEST_CASE("L3: another handshake on the same connection is refused") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  SSL_set_max_proto_version(client.ssl(), TLS1_2_VERSION);
  REQUIRE(client.handshake(server.loop));
  REQUIRE(SSL_renegotiate(client.ssl()) == 1);
  SSL_do_handshake(client.ssl());
  client.push();
  server.loop.run();
  client.pull();
  CHECK(SSL_do_handshake(client.ssl()) != 1);
  CHECK(ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION);  // what the client heard
  ERR_clear_error();
  CHECK(TlsSession::handshakes() == 0);
}

TEST_CASE("L3: empty records before the handshake are refused") {
  TlsLoop server;
  MemoryPeer peer = server.loop.connect();
  std::string empty;
  for (int i = 0; i < 1'000; ++i) empty += std::string("\x16\x03\x01\x00\x00", 5);
  peer.write(empty);
  server.loop.run();
  CHECK(peer.closed());
  CHECK(server.owner.stream == nullptr);
}

TEST_CASE("L3: records of one byte are one read") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  std::string flood;
  for (int i = 0; i < 10'000; ++i) {
    SSL_write(client.ssl(), "x", 1);
    flood += client.outgoing();
  }
  client.peer().write(flood);
  server.owner.reads = 0;
  server.loop.run();
  CHECK(server.owner.bytes == std::string(10'000, 'x'));
  CHECK(server.owner.reads <= 2);  // as many as the reads that brought them
}

TEST_CASE("L4: what TLS has to answer while nothing can be sent waits its turn") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  client.peer().set_window(0);
  std::string text(200'000, 'a');
  server.owner.stream->write(as_bytes(text));
  server.loop.run();
  ask_for_new_keys(client, 3);  // each wants an answer
  client.write("meanwhile");
  server.loop.run();
  CHECK(server.owner.bytes == "meanwhile");
  server.owner.stream->write(as_bytes("the end"));
  std::string got;
  for (int i = 0; i < 1'000 && got.size() < text.size() + 7; ++i) {
    client.peer().set_window(1'000);
    server.loop.run();
    got += client.read();
  }
  CHECK(got == text + "the end");
}

TEST_CASE("L4: a peer that goes at any moment of a close leaves nothing behind") {
  for (const std::size_t window : {0U, 1U, 20U, 100U, 16'000U, 17'000U, 60'000U})
    for (const int faults : {0, EINTR, ENOBUFS, EPIPE, ECONNRESET}) {
      TlsLoop server;
      TlsClient client(server.loop.connect());
      REQUIRE(client.handshake(server.loop));
      client.peer().set_window(window);
      server.owner.stream->write(as_bytes(std::string(50'000, 'a')));
      server.owner.stream->close();  // and a close_notify after it
      if (faults != 0)
        server.loop.backend().set_faults([faults](MemoryBackend::Call call, std::uint64_t n) {
          return MemoryBackend::Fault{call == MemoryBackend::Call::send && n % 2 == 0 ? faults : 0};
        });
      server.loop.run();
      client.peer().reset();
      server.loop.advance(61s);
      CHECK(server.owner.closes == 1);
      CHECK(client.peer().closed());
      CHECK(server.loop.reactor().streams() == 0);
    }
}
