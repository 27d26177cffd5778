// SPDX-License-Identifier: MIT
// The side of TLS that connects: whom it believes.
#include <doctest/doctest.h>

#include "net/connecting.h"
#include "net/pki.h"
#include "net/tls_session.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

ConnectOptions believing(std::shared_ptr<const TlsClientContext> tls) {
  ConnectOptions options;
  options.tls = std::move(tls);
  return options;
}
ConnectOptions believing() { return believing(trusting(authority().files.certificate)); }

/// Both sides in memory: what came of a connection to `to` where `certificate` is shown.
struct Meeting {
  TlsLoop server;
  ConnectingLoop client;
  Meeting(TlsCertificate certificate, const Endpoint& to, ConnectOptions options = believing(),
          std::size_t piece = SIZE_MAX)
      : server(showing(std::move(certificate))) {
    client.connect(to, std::move(options));
    Wire(client.loop, server.loop).carry(piece);
  }
  bool trusted() const { return client.owner.stream != nullptr && server.owner.stream != nullptr; }
};

const Endpoint localhost{"localhost", 443};

}  // namespace

TEST_CASE("TLS client: what is sent arrives on both sides, and both say goodbye") {
  TlsLoop server(showing(issued("DNS:localhost")));
  ConnectingLoop client;
  TlsClientOptions wanted;
  wanted.ca = authority().files.certificate;
  wanted.alpn = {"http/1.1"};
  const auto loaded = TlsClientContext::load(wanted);
  REQUIRE(loaded.error == "");
  client.connect(localhost, believing(loaded.context));
  Wire wire(client.loop, server.loop);
  wire.carry();
  REQUIRE(client.owner.stream != nullptr);
  REQUIRE(server.owner.stream != nullptr);
  CHECK(client.owner.stream->is_tls());
  CHECK(client.owner.stream->tls()->version() == "TLSv1.3");
  CHECK(client.owner.stream->tls()->alpn() == "http/1.1");
  CHECK(client.owner.stream->tls()->peer_subject() == "CN=somebody");
  CHECK(server.owner.stream->tls()->server_name() == "localhost");
  CHECK(TlsSession::handshakes() == 0);
  const std::string large(300'000, 'x');
  client.owner.stream->write(as_bytes(large));
  server.owner.stream->write(as_bytes("from the server"));
  client.loop.run();
  server.loop.run();
  wire.carry(10'000);
  CHECK(server.owner.bytes == large);
  CHECK(client.owner.bytes == "from the server");
  server.owner.end_hook = [&] { server.owner.stream->close(); };
  client.owner.stream->close();
  client.loop.run();
  wire.carry();
  CHECK(client.owner.cause == CloseCause::local);
  CHECK(server.owner.cause == CloseCause::local);
  CHECK(client.loop.reactor().streams() == 0);
  CHECK(client.log.empty());
}

TEST_CASE("L7: a client believes only who is named by a certificate from somebody it trusts") {
  const Identity other({.subject = "Other CA", .vouches = true});
  const auto from_other = Identity({.names = "DNS:localhost"}, &other).files;
  const auto alone = Identity({.names = "DNS:localhost"}).files;
  const auto subject_only = Identity({.subject = "localhost"}, &authority()).files;
  struct Row {
    const char* what;
    TlsCertificate shown;
    const char* host;
    const char* why;  // empty: it is believed; otherwise how the reason begins
  };
  const Row rows[] = {
      {"name", issued("DNS:localhost"), "localhost", ""},
      {"name among others", issued("DNS:a.example,DNS:localhost"), "localhost", ""},
      {"capitals", issued("DNS:LocalHost"), "localhost", ""},
      {"address", issued("IP:127.0.0.1"), "127.0.0.1", ""},
      {"IPv6 address", issued("IP:::1"), "[::1]", ""},
      {"wrong name", issued("DNS:a.example,DNS:b.example,IP:10.0.0.1"), "localhost",
       "the certificate is not for \"localhost\" but for a.example, b.example, 10.0.0.1"},
      {"wrong address", issued("IP:10.0.0.1"), "127.0.0.1",
       "the certificate is not for \"127.0.0.1\" but for 10.0.0.1"},
      {"a name that looks like the address", issued("DNS:127.0.0.1"), "127.0.0.1",
       "the certificate is not for \"127.0.0.1\" but for 127.0.0.1"},
      {"the name in the subject alone", subject_only, "localhost",
       "the certificate is not for \"localhost\" but for nobody"},
      {"expired", issued("DNS:localhost", -48, -24), "localhost", "the certificate has expired on 20"},
      {"not yet", issued("DNS:localhost", 24, 48), "localhost", "the certificate is not valid before 20"},
      {"self-signed", alone, "localhost", "the certificate is self-signed; where that is intended, give it as the CA"},
      {"another CA", from_other, "localhost",
       "nobody who is trusted here vouches for the certificate; give the CA that issued it"},
      {"another CA, in the chain",
       {from_other.certificate + other.files.certificate, from_other.key},
       "localhost",
       "nobody who is trusted here vouches for the certificate; give the CA that issued it"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.what));
    Meeting met(row.shown, {row.host, 443});
    if (*row.why == '\0') {
      CHECK(met.trusted());
      continue;
    }
    const std::string before = "cannot connect to " + Endpoint{row.host, 443}.text() + ": ";
    const std::string why = met.client.why();
    CAPTURE(why);
    CHECK(why.starts_with(before + row.why));
    CHECK(met.client.results[0].error == Errc::untrusted_peer);
    CHECK(met.client.log.empty());  // who asked is told: once is enough
    CHECK(met.client.loop.reactor().streams() == 0);
    CHECK(met.server.owner.stream == nullptr);
    REQUIRE(met.server.log.size() == 1);  // it hears why by an alert
    CHECK(met.server.log[0].find("alert") != std::string::npos);
  }
}

TEST_CASE("L7: an intermediate certificate is followed, if it may vouch") {
  const Identity middle({.subject = "Middle", .vouches = true}, &authority());
  const Identity posing({.subject = "Posing", .names = "DNS:posing.example"}, &authority());
  const auto chain = [](const Identity& issuer) {
    TlsCertificate files = Identity({.names = "DNS:localhost"}, &issuer).files;
    files.certificate += issuer.files.certificate;
    return files;
  };
  CHECK(Meeting(chain(middle), localhost).trusted());
  const Meeting posed(chain(posing), localhost);
  CHECK_FALSE(posed.trusted());
  CHECK(posed.client.results.at(0).error == Errc::untrusted_peer);
  // Trusting the middle alone will do; nobody has to know the root.
  CHECK(Meeting(chain(middle), localhost, believing(trusting(middle.files.certificate))).trusted());
}

TEST_CASE("L7: wildcards stand for one whole label") {
  const auto trusted = [](const char* certificate, const char* name) {
    ConnectOptions options = believing();
    options.server_name = name;
    return Meeting(issued(certificate), localhost, options).trusted();
  };
  CHECK(trusted("DNS:*.example.org", "a.example.org"));
  CHECK_FALSE(trusted("DNS:*.example.org", "example.org"));
  CHECK_FALSE(trusted("DNS:*.example.org", "a.b.example.org"));
  CHECK_FALSE(trusted("DNS:a*.example.org", "ab.example.org"));
  CHECK_FALSE(trusted("DNS:localhost", "a.example.org"));  // it is not the host that counts then
}

TEST_CASE("TLS client: names and addresses are asked for as they should be") {
  const auto asked = [](const Endpoint& to, const char* name) {
    ConnectOptions options = believing();
    options.server_name = name;
    Meeting met(issued("DNS:localhost,IP:127.0.0.1,DNS:service.example"), to, options);
    REQUIRE(met.trusted());
    return std::string(met.server.owner.stream->tls()->server_name());
  };
  CHECK(asked({"localhost", 443}, "") == "localhost");
  CHECK(asked({"127.0.0.1", 443}, "") == "");  // RFC 6066 §3
  CHECK(asked({"127.0.0.1", 443}, "localhost") == "localhost");
  CHECK(asked({"127.0.0.1", 443}, "localhost.") == "localhost");
  CHECK(asked({"unix:/run/x.sock", 0}, "service.example") == "service.example");
}

TEST_CASE("TLS client: what cannot be meant is refused before anything is sent") {
  const auto why = [](const Endpoint& to, const std::string& name) {
    ConnectingLoop client;
    ConnectOptions options = believing();
    options.server_name = name;
    client.connect(to, options);
    client.loop.run();
    CHECK(client.loop.backend().accept_dialled().closed());
    return client.why();
  };
  CHECK(why({"unix:/run/x.sock", 0}, "") ==
        "cannot connect to unix:/run/x.sock: TLS needs a server_name that the certificate must bear");
  for (const std::string& name : {std::string("a b"), std::string("localhost\0.evil", 15), std::string("a/b")})
    CHECK(why(localhost, name) ==
          "cannot connect to localhost:443: its server_name is neither a host's name nor an address");
}

TEST_CASE("TLS client: switched off, verification believes anybody, and the log says so each time") {
  TlsClientOptions nobody;
  nobody.verify = TlsVerify::off;
  const auto loaded = TlsClientContext::load(nobody);
  REQUIRE(loaded.error == "");
  Meeting met(Identity({.names = "DNS:other", .to_hours = 0}).files, localhost, believing(loaded.context));
  REQUIRE(met.trusted());
  CHECK(met.client.log == std::vector<std::string>{"connecting to localhost:443: verification is switched off, anybody "
                                                   "may be at the other end"});
  CHECK(met.client.owner.stream->tls()->peer_subject() == "");  // nobody has vouched for it
  CHECK(Meeting(issued("DNS:x"), {"unix:/run/x.sock", 0}, believing(loaded.context)).trusted());
}

TEST_CASE("TLS client: without a CA of its own it trusts whom the system trusts") {
  const TemporaryFile store(authority().files.certificate), empty("");
  const auto with_store = [](const char* path) {
    ::setenv("SSL_CERT_FILE", path, 1);  // OpenSSL's way to name the system's store
    ::setenv("SSL_CERT_DIR", "/nonexistent", 1);
    const auto loaded = TlsClientContext::load({});
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
    REQUIRE(loaded.error == "");
    return Meeting(issued("DNS:localhost"), localhost, believing(loaded.context)).trusted();
  };
  CHECK(with_store(store.path.c_str()));
  CHECK_FALSE(with_store(empty.path.c_str()));
}

TEST_CASE("TLS client: a server that asks who we are is shown a certificate") {
  const Identity us({.subject = "client", .names = "DNS:client"}, &authority());
  for (const bool shown : {true, false}) {
    TlsOptions asking;
    asking.certificates.push_back(issued("DNS:localhost"));
    asking.clients = TlsClients::require;
    asking.client_ca = authority().files.certificate;
    TlsLoop server(TlsContext::load(asking).context);
    ConnectingLoop client;
    TlsClientOptions options;
    options.ca = authority().files.certificate;
    if (shown) options.own = us.files;
    client.connect(localhost, believing(TlsClientContext::load(options).context));
    Wire(client.loop, server.loop).carry();
    if (shown) {
      REQUIRE(server.owner.stream != nullptr);
      CHECK(server.owner.stream->tls()->peer_subject() == "CN=client");
      CHECK(client.owner.stream != nullptr);
    } else {  // TLS 1.3: the client is done before the server has looked; it hears of it in its first read
      CHECK(server.owner.stream == nullptr);
      CHECK(client.owner.closes == 1);
      REQUIRE(client.log.size() == 1);
      CHECK(client.log[0].starts_with("connection to 127.0.0.1:"));
      CHECK(client.log[0].ends_with("a record was refused: the other side refuses: tlsv13 alert certificate required"));
    }
  }
}

TEST_CASE("TLS client: a handshake may come in pieces of any size") {
  for (const std::size_t piece : {1U, 2U, 7U, 100U, 1'000U})
    CHECK(Meeting(issued("DNS:localhost"), localhost, believing(), piece).trusted());
}

TEST_CASE("L7: a handshake that stalls at any byte is given up when its time is over") {
  TlsLoop whole(showing(issued("DNS:localhost")));
  ConnectingLoop first;
  first.connect(localhost, believing());
  Wire wire(first.loop, whole.loop);
  whole.loop.run();
  const std::string hello = wire.near().read();
  wire.far().write(hello);
  whole.loop.run();
  const std::string answer = wire.far().read();
  REQUIRE(answer.size() > 500);
  for (std::size_t stop = 0; stop < answer.size(); stop += 37) {
    TlsLoop server(whole.tls);
    ConnectingLoop client;
    ConnectOptions options = believing();
    options.timeout = 5s;
    client.connect(localhost, options);
    client.loop.run();
    MemoryPeer near = client.loop.backend().accept_dialled(), far = server.loop.connect();
    far.write(near.read());
    server.loop.run();
    near.write(far.read().substr(0, stop));
    client.loop.advance(4'900ms);
    CHECK(client.results.empty());
    client.loop.advance(200ms);
    CHECK(client.why() == "cannot connect to localhost:443: no success within 5 s, while shaking hands");
    CHECK(client.results[0].error == Errc::timeout);
    CHECK(client.loop.reactor().streams() == 0);
    CHECK(near.closed());
  }
}

TEST_CASE("TLS client: what answers without TLS, or not to the end, is named as such") {
  struct Row {
    const char* answer;
    bool finish, reset;
    const char* why;
  };
  const Row rows[] = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n", false, false, "what answers there does not speak TLS"},
      {"SSH-2.0-OpenSSH_9.2\r\n", false, false, "what answers there does not speak TLS"},
      {"\x15\x03\x03\x00\x02\x02\x28", false, false, "the other side refuses: sslv3 alert handshake failure"},
      {"\x15\x03\x03\x00\x02\x02\x70", false, false, "the other side refuses: tlsv1 unrecognized name"},
      {"", true, false, "the other side closed the connection during the handshake"},
      {"", false, true, "the other side closed the connection during the handshake"},
      {"\x16\x03\x03", true, false, "the other side closed the connection during the handshake"},
  };
  for (const Row& row : rows) {
    ConnectingLoop client;
    client.connect(localhost, believing());
    client.loop.run();
    MemoryPeer near = client.loop.backend().accept_dialled();
    std::string_view answer = row.answer;
    if (answer.starts_with("\x15")) answer = {row.answer, 7};  // it has a zero byte
    near.write(answer);
    if (row.finish) near.finish();
    if (row.reset) near.reset();
    client.loop.run();
    CHECK(client.why() == std::string("cannot connect to localhost:443: ") + row.why);
    CHECK(client.results[0].error == Errc::handshake_failed);
    CHECK(client.loop.reactor().streams() == 0);
  }
}

TEST_CASE("TLS client: called off while it shakes hands, nothing is left of it") {
  ConnectingLoop client;
  const ConnectId id = client.connect(localhost, believing());
  client.loop.run();
  MemoryPeer near = client.loop.backend().accept_dialled();
  CHECK_FALSE(near.read().empty());
  client.loop.reactor().cancel_connect(id);
  client.loop.advance(60s);
  CHECK(client.results.empty());
  CHECK(near.closed());
  CHECK(client.loop.reactor().streams() == 0);
}

TEST_CASE("TLS client: a loop that ends while hands are shaken says so") {
  std::vector<Connected> results;
  {
    MemoryLoop loop;
    loop.reactor().connect(localhost, believing(), [&](Connected came) { results.push_back(came); });
    loop.run();
    CHECK(loop.reactor().streams() == 1);
  }
  REQUIRE(results.size() == 1);
  CHECK(results[0].error == Errc::closed);
  CHECK(results[0].why == "cannot connect to localhost:443: the loop ends");
}

TEST_CASE("TLS client: a context that cannot be made says which file, and why") {
  const auto error = [](TlsClientOptions options) { return TlsClientContext::load(options).error; };
  const TemporaryFile garbage("no pem at all\n");
  TlsClientOptions options;
  options.ca = "/nonexistent/ca.pem";
  CHECK(error(options) == "cannot read the CA \"/nonexistent/ca.pem\": No such file or directory");
  options.ca = garbage.path;
  CHECK(error(options) == "\"" + garbage.path + "\" is not a list of certificates in PEM format: no start line");
  options = {};
  options.own.certificate = authority().files.certificate;
  CHECK(error(options) == "no private key is given");
  options.own.key = issued("DNS:x").key;
  CHECK(error(options) == "the private key the key does not belong to the certificate the certificate");
  options = {};
  options.verify = TlsVerify::off;
  options.ca = authority().files.certificate;
  CHECK(error(options) == "a CA is given, but verification is switched off");
  options = {};
  options.alpn = {""};
  CHECK(error(options) == "an ALPN protocol has 1 to 255 bytes");
}
