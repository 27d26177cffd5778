// SPDX-License-Identifier: MIT
#include "net/tls.h"

#include <doctest/doctest.h>

#include "net/tls_loop.h"
#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

TEST_CASE("TLS: bytes go both ways, and both ends say goodbye") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  REQUIRE(server.owner.stream != nullptr);
  CHECK(server.owner.stream->is_tls());
  CHECK(server.owner.stream->tls()->version() == "TLSv1.3");
  CHECK(TlsSession::handshakes() == 0);
  server.owner.bytes_hook = [&](Bytes b) { server.owner.stream->write(b); };
  client.write("hello");
  server.loop.run();
  CHECK(client.read() == "hello");
  SUBCASE("we first") {
    server.owner.stream->write(as_bytes("bye"));
    server.owner.stream->close();
    server.loop.run();
    CHECK(client.read() == "bye");
    CHECK(client.closed_properly());
    CHECK(server.owner.cause == CloseCause::local);
  }
  SUBCASE("the client first") {
    server.owner.end_hook = [&] { server.owner.stream->close(); };
    client.close_notify();
    server.loop.run();
    CHECK(server.owner.ends == 1);
    CHECK(client.closed_properly());
    CHECK(server.owner.cause == CloseCause::local);
  }
  SUBCASE("half: we have finished writing, and go on reading") {
    server.owner.bytes_hook = {};
    server.owner.stream->shutdown_write();
    server.loop.run();
    CHECK(client.closed_properly());
    CHECK(client.peer().ended());
    client.write("still");
    server.loop.run();
    CHECK(server.owner.bytes == "hellostill");
  }
}

TEST_CASE("TLS: a large message survives a narrow window, short writes and small reads") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  std::string large(3'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 2654435761U >> 13);
  client.peer().set_window(10'000);
  server.owner.stream->write_large(as_bytes(std::string_view(large).substr(0, 9)),
                                   as_bytes(std::string_view(large).substr(9)));
  for (int i = 0; i < 100; ++i)
    server.owner.stream->write([](Buffer& out) { out.append("tail"); }, {.droppable = true});
  for (int i = 0; i < 100; ++i) large += "tail";
  server.loop.backend().set_faults([](MemoryBackend::Call call, std::uint64_t n) {
    return call == MemoryBackend::Call::send ? MemoryBackend::Fault{n % 3 == 0 ? EINTR : 0, 4000 + n % 7}
                                             : MemoryBackend::Fault{};
  });
  std::string got;
  for (int i = 0; i < 20'000 && got.size() < large.size(); ++i) {
    server.loop.run();
    got += client.read();
  }
  CHECK(got == large);
  CHECK(server.owner.drains == 1);
  CHECK(server.owner.stream->buffered() == 0);
  CHECK(server.owner.stream->outbox() == nullptr);
  client.write(large);
  server.loop.run();
  CHECK(server.owner.bytes == large);
}

TEST_CASE("TLS: a warm echo turn allocates nothing of ours") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  server.owner.bytes.reserve(10'000);
  server.owner.bytes_hook = [&](Bytes b) { server.owner.stream->write(b); };
  for (int i = 0; i < 3; ++i) {
    client.write("warm");
    server.loop.run();
    REQUIRE(client.read() == "warm");
  }
  client.write("hello");
  CHECK(duplex::testing::allocations_during([&] { server.loop.run(); }) == 0);
  CHECK(client.read() == "hello");
}

TEST_CASE("TLS: the certificate is chosen by name, and the protocol by our preference") {
  TlsOptions options;
  options.certificates = {*self_signed({"one.example"}), *self_signed({"two.example", "*.wild.example"})};
  options.alpn = {"h2", "http/1.1"};
  TlsLoop server(TlsContext::load(options).context);
  const auto named = [&](const char* ask, const char* expect) {
    TlsClient client(server.loop.connect());
    CHECK(client.ask_for(ask));
    const unsigned char protocols[] = "\x08http/1.1\x02h2";
    SSL_set_alpn_protos(client.ssl(), protocols, sizeof protocols - 1);
    REQUIRE(client.handshake(server.loop));
    CHECK(server.owner.stream->tls()->alpn() == "h2");
    CHECK(server.owner.stream->tls()->server_name() == ask);
    return client.certificate_names(expect);
  };
  CHECK(named("one.example", "one.example"));
  CHECK(named("two.example", "two.example"));
  CHECK(named("a.wild.example", "a.wild.example"));
  CHECK(named("other.example", "one.example"));
}

TEST_CASE("TLS: no common protocol ends the handshake") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  const unsigned char protocols[] = "\x02h2";
  SSL_set_alpn_protos(client.ssl(), protocols, sizeof protocols - 1);
  client.handshake(server.loop);
  CHECK(server.owner.stream == nullptr);
  CHECK(client.peer().closed());
}

TEST_CASE("TLS: a second connection resumes the first one's session, even after a reload") {
  TlsLoop server;
  TlsClient first(server.loop.connect());
  REQUIRE(first.handshake(server.loop));
  first.read();  // the ticket
  CHECK_FALSE(server.owner.stream->tls()->resumed());
  SSL_SESSION* session = SSL_get1_session(first.ssl());
  SUBCASE("at once") {}
  SUBCASE("after a reload") { CHECK(server.tls->reload() == ""); }
  TlsClient second(server.loop.connect(), session);
  REQUIRE(second.handshake(server.loop));
  CHECK(server.owner.stream->tls()->resumed());
  SSL_SESSION_free(session);
}

TEST_CASE("TLS: a reload changes the certificate of new handshakes, and no connection notices") {
  TlsLoop server(context({"old.example"}));
  TlsClient before(server.loop.connect());
  REQUIRE(before.handshake(server.loop));
  Stream* kept = server.owner.stream;
  TlsClient during(server.loop.connect());
  SSL_do_handshake(during.ssl());
  during.push();
  server.loop.run();

  TlsOptions wrong;
  wrong.certificates.push_back({"/nonexistent/new.pem", "/nonexistent/new.key"});
  CHECK(server.tls->reload(wrong) != "");
  TlsOptions fresh;
  fresh.certificates.push_back(*self_signed({"new.example"}));
  CHECK(server.tls->reload(fresh) == "");

  TlsClient after(server.loop.connect());
  REQUIRE(after.handshake(server.loop));
  CHECK(after.certificate_names("new.example"));
  REQUIRE(during.handshake(server.loop));
  CHECK(during.certificate_names("old.example"));
  kept->write(as_bytes("still here"));
  server.loop.run();
  CHECK(before.read() == "still here");
}

TEST_CASE("TLS: what cannot be loaded is named, with the reason") {
  const auto error = [](std::string certificate, std::string key) {
    TlsOptions options;
    options.certificates.push_back({std::move(certificate), std::move(key)});
    auto loaded = TlsContext::load(std::move(options));
    CHECK(loaded.context == nullptr);
    return loaded.error;
  };
  const TlsCertificate one = *self_signed(), two = *self_signed();
  const TemporaryFile certificate(one.certificate), key(two.key), garbage("no pem at all\n");
  CHECK(error("/nonexistent/cert.pem", "k") ==
        "cannot read the certificate \"/nonexistent/cert.pem\": No such file or directory");
  CHECK(error(certificate.path, "/nonexistent/key.pem") ==
        "cannot read the private key \"/nonexistent/key.pem\": No such file or directory");
  CHECK(error(garbage.path, key.path) == "\"" + garbage.path + "\" is not a certificate in PEM format: no start line");
  CHECK(error(certificate.path, key.path) ==
        "the private key \"" + key.path + "\" does not belong to the certificate \"" + certificate.path + "\"");
  CHECK(error(certificate.path, "") == "no private key is given");
  CHECK(TlsContext::load({}).error == "no certificate is given");
}

TEST_CASE("L1: plain text on a TLS port is closed, with a line that says what it was") {
  TlsLoop server;
  MemoryPeer peer = server.loop.connect();
  std::string expected;
  SUBCASE("HTTP") {
    peer.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expected = "this is plain HTTP, and the port speaks TLS (https://, wss://)";
  }
  SUBCASE("garbage") {
    peer.write("EHLO example.org\r\nMAIL FROM: me\r\n");
    expected = "this is not TLS";
  }
  SUBCASE("SSLv2 hello") {
    peer.write(
        duplex::testing::hex("802e 01 0002 0015 0000 0010 010080 020080 030080 040080 050080 060040 070040"
                             "000102030405060708090a0b0c0d0e0f"));
    expected = "the handshake failed";
  }
  SUBCASE("TLS 1.1") {
    TlsClient client(peer);
    SSL_set_security_level(client.ssl(), 0);
    SSL_set_cipher_list(client.ssl(), "ALL:@SECLEVEL=0");
    SSL_set_min_proto_version(client.ssl(), TLS1_1_VERSION);
    SSL_set_max_proto_version(client.ssl(), TLS1_1_VERSION);
    CHECK_FALSE(client.handshake(server.loop));
    expected = "unsupported protocol";
  }
  server.loop.advance(10s);
  CHECK(peer.closed());
  CHECK(server.owner.stream == nullptr);
  REQUIRE(server.log.size() == 1);
  INFO(server.log[0]);
  CHECK(server.log[0].find(expected) != std::string::npos);
  CHECK(TlsSession::handshakes() == 0);
}

TEST_CASE("L2: a handshake that stalls after any byte is over after 10 s") {
  TlsLoop server;
  std::string hello;
  {
    TlsClient client(server.loop.connect());
    SSL_do_handshake(client.ssl());
    hello = client.outgoing();
    client.peer().finish();
    server.loop.run();
  }
  REQUIRE(hello.size() > 100);
  std::vector<MemoryPeer> peers;
  for (std::size_t n = 0; n <= hello.size(); ++n) {
    peers.push_back(server.loop.connect());
    if (n != 0) peers.back().write(std::string_view(hello).substr(0, n));
    server.loop.run();
  }
  server.loop.advance(9'900ms);
  for (auto& peer : peers) CHECK_FALSE(peer.closed());
  CHECK(TlsSession::handshakes() == static_cast<int>(peers.size()));
  server.loop.advance(110ms);
  for (auto& peer : peers) CHECK(peer.closed());
  CHECK(TlsSession::handshakes() == 0);
  CHECK(server.owner.closes == 0);  // nobody was told of a stream, so nobody hears of its end
}

TEST_CASE("L2: at most 1,024 handshakes go on at once; who comes then waits, and is served") {
  TlsLoop server;
  std::vector<MemoryPeer> stalled;
  for (int i = 0; i < 1'100; ++i) stalled.push_back(server.loop.connect());
  server.loop.run();
  CHECK(TlsSession::handshakes() == 1'024);
  server.loop.advance(1s);
  CHECK(TlsSession::handshakes() == 1'024);
  TlsClient client(server.loop.connect());
  for (auto& peer : stalled) peer.finish();
  server.loop.advance(200ms);
  CHECK(client.handshake(server.loop));
}

TEST_CASE("L5: an end without close_notify is a truncation") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  client.write("half a mes");
  client.peer().finish();
  server.loop.run();
  CHECK(server.owner.bytes == "half a mes");
  CHECK(server.owner.ends == 0);
  CHECK(server.owner.closes == 1);
  CHECK(server.owner.cause == CloseCause::truncated);
}

TEST_CASE("TLS: what is put aside comes before the end, and a detached stream keeps its session") {
  Recorder second;
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.handshake(server.loop));
  server.owner.bytes_hook = [&](Bytes b) {
    DetachedStream detached = server.owner.stream->detach(b.subspan(3));
    second.stream = &server.loop.reactor().adopt(std::move(detached), second);
  };
  second.bytes_hook = [&](Bytes b) {
    second.bytes.resize(second.bytes.size() - b.size() + 1);
    if (b.size() > 1) second.stream->put_aside(b.subspan(1));
  };
  client.write("abcdefgh");
  client.close_notify();
  server.loop.run();
  CHECK(second.bytes == "defgh");
  CHECK(second.ends == 1);
  second.stream->write(as_bytes("answer"));
  second.stream->close();
  server.loop.run();
  CHECK(client.read() == "answer");
  CHECK(client.closed_properly());
}
