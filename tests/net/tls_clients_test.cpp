// SPDX-License-Identifier: MIT
// Clients' certificates.
#include <doctest/doctest.h>

#include "net/tls_loop.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

const TlsCertificate& alice() {
  static const TlsCertificate made = *self_signed({"alice"});
  return made;
}
const TlsCertificate& mallory() {
  static const TlsCertificate made = *self_signed({"mallory"});
  return made;
}

TlsOptions asking(TlsClients clients, std::string ca = alice().certificate) {
  TlsOptions options;
  options.certificates = {*self_signed({"localhost"}), *self_signed({"other.example"})};
  options.clients = clients;
  options.client_ca = std::move(ca);
  return options;
}

struct AskingLoop : TlsLoop {
  explicit AskingLoop(TlsClients clients) : TlsLoop(TlsContext::load(asking(clients)).context) {}

  /// With TLS 1.3 the client is done before the server has looked at its certificate.
  bool accepts(TlsClient& client) {
    owner.stream = nullptr;
    client.handshake(loop);
    loop.run();
    return owner.stream != nullptr;
  }
};

}  // namespace

TEST_CASE("TLS: a client whose certificate our CA vouches for is let in, and its name is known") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    for (const auto clients : {TlsClients::require, TlsClients::request})
      for (const char* name : {"localhost", "other.example"}) {
        AskingLoop server(clients);
        TlsClient client(server.loop.connect());
        SSL_set_max_proto_version(client.ssl(), version);
        REQUIRE(client.ask_for(name));
        REQUIRE(client.show(alice()));
        REQUIRE(server.accepts(client));
        CHECK(server.owner.stream->tls()->peer_subject() == "CN=alice");
      }
}

TEST_CASE(
    "TLS: a client without a certificate is refused where one is required, and has no name where it is requested") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    AskingLoop strict(TlsClients::require);
    TlsClient refused(strict.loop.connect());
    SSL_set_max_proto_version(refused.ssl(), version);
    CHECK_FALSE(strict.accepts(refused));
    CHECK(refused.peer().closed());
    REQUIRE(strict.log.size() == 1);
    CHECK(strict.log[0].ends_with("the handshake failed: the client showed no certificate"));

    AskingLoop lenient(TlsClients::request);
    TlsClient client(lenient.loop.connect());
    SSL_set_max_proto_version(client.ssl(), version);
    REQUIRE(lenient.accepts(client));
    CHECK(lenient.owner.stream->tls()->peer_subject() == "");
  }
}

TEST_CASE("TLS: a client's certificate that nobody vouches for is refused, also where none is required") {
  for (const auto clients : {TlsClients::require, TlsClients::request})
    for (const char* name : {"localhost", "other.example"}) {
      AskingLoop server(clients);
      TlsClient client(server.loop.connect());
      REQUIRE(client.ask_for(name));
      REQUIRE(client.show(mallory()));
      CHECK_FALSE(server.accepts(client));
      CHECK(client.peer().closed());
      REQUIRE(server.log.size() == 1);
      CHECK(server.log[0].find("the client's certificate is refused: self") != std::string::npos);
    }
}

TEST_CASE("TLS: who is not asked for a certificate has no name") {
  TlsLoop server;
  TlsClient client(server.loop.connect());
  REQUIRE(client.show(alice()));
  REQUIRE(client.handshake(server.loop));
  CHECK(server.owner.stream->tls()->peer_subject() == "");
}

TEST_CASE("TLS: a ticket stands for its client's certificate only until the CA may have changed") {
  AskingLoop server(TlsClients::require);
  TlsClient first(server.loop.connect());
  REQUIRE(first.show(alice()));
  REQUIRE(server.accepts(first));
  first.read();  // the ticket
  SSL_SESSION* session = SSL_get1_session(first.ssl());
  {
    TlsClient second(server.loop.connect(), session);
    REQUIRE(server.accepts(second));
    CHECK(server.owner.stream->tls()->resumed());
    CHECK(server.owner.stream->tls()->peer_subject() == "CN=alice");
  }
  REQUIRE(server.tls->reload(asking(TlsClients::require, mallory().certificate)) == "");
  {
    TlsClient third(server.loop.connect(), session);
    REQUIRE(third.show(alice()));
    CHECK_FALSE(server.accepts(third));
  }
  TlsClient fourth(server.loop.connect());
  REQUIRE(fourth.show(mallory()));
  CHECK(server.accepts(fourth));
  SSL_SESSION_free(session);
}

TEST_CASE("TLS: a CA for clients that cannot be used is named, and so is one too many or too few") {
  const auto error = [](TlsClients clients, std::string ca) {
    return TlsContext::load(asking(clients, std::move(ca))).error;
  };
  const TemporaryFile garbage("no pem at all\n"), two(alice().certificate + mallory().certificate),
      half(alice().certificate + mallory().certificate.substr(0, 100));
  CHECK(error(TlsClients::require, two.path) == "");
  CHECK(error(TlsClients::require, "") == "client certificates are asked for, but no CA for them is given");
  CHECK(error(TlsClients::anyone, two.path) == "a CA for client certificates is given, but none are asked for");
  CHECK(error(TlsClients::request, "/nonexistent/ca.pem") ==
        "cannot read the client CA \"/nonexistent/ca.pem\": No such file or directory");
  CHECK(error(TlsClients::request, garbage.path) ==
        "\"" + garbage.path + "\" is not a list of certificates in PEM format: no start line");
  CHECK(error(TlsClients::request, half.path)
            .starts_with("\"" + half.path + "\" is not a list of certificates in PEM format"));
}
