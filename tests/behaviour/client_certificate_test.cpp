// SPDX-License-Identifier: MIT
// Who a client is, by its certificate, reaches the handlers.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <duplex/duplex.h>
#include <duplex/sio.h>

#include <thread>

#include "net/tls.h"

using namespace duplex;

namespace {

const net::TlsCertificate& alice() {
  static const net::TlsCertificate made = *net::self_signed({"alice"});
  return made;
}

/// What a server answers to one request of a client that shows a certificate, or none; waits 5 s at most.
std::string answer(int port, std::string_view request, const net::TlsCertificate* own, std::string_view until) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(ctx);
  if (own != nullptr) {
    BIO* certificate = BIO_new_mem_buf(own->certificate.data(), static_cast<int>(own->certificate.size()));
    BIO* key = BIO_new_mem_buf(own->key.data(), static_cast<int>(own->key.size()));
    X509* x = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    EVP_PKEY* k = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    CHECK(SSL_use_certificate(ssl, x) == 1);
    CHECK(SSL_use_PrivateKey(ssl, k) == 1);
    X509_free(x);
    EVP_PKEY_free(k);
    BIO_free(certificate);
    BIO_free(key);
  }
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string text;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 && SSL_set_fd(ssl, fd) == 1 &&
      SSL_connect(ssl) == 1 && SSL_write(ssl, request.data(), static_cast<int>(request.size())) > 0) {
    char part[4096];
    for (int n; text.find(until) == text.npos && (n = SSL_read(ssl, part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(n));
  }
  ::close(fd);
  SSL_free(ssl);
  SSL_CTX_free(ctx);
  return text;
}

}  // namespace

TEST_CASE("TLS: the subject of a client's certificate reaches HTTP, WebSocket and Socket.IO handlers") {
  Server server({.host = "127.0.0.1",
                 .tls = {.self_signed = true,
                         .client_certificates = ClientCertificates::request,
                         .client_ca_pem = alice().certificate},
                 .log = [](const LogRecord&) {}});
  server.get("/who",
             [](http::Request& req, http::Response& res) { res.type("txt").send("<" + req.peer_subject() + ">"); });
  server.ws("/ws", {.on_open = [](ws::Socket& socket, const http::Request& request) {
              socket.send("<" + request.peer_subject() + ">");
            }});
  server.io().use([](sio::Handshake& hs) { return sio::refuse("<" + std::string(hs.request().peer_subject()) + ">"); });
  REQUIRE(server.start());
  std::jthread runs([&] { server.run(); });
  const int port = server.port();

  const std::string get = "GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n";
  CHECK(answer(port, get, &alice(), ">").ends_with("<CN=alice>"));
  CHECK(answer(port, get, nullptr, ">").ends_with("<>"));
  const net::TlsCertificate mallory = *net::self_signed({"mallory"});
  CHECK(answer(port, get, &mallory, ">") == "");

  const std::string upgrade =
      " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  CHECK(answer(port, "GET /ws" + upgrade, &alice(), ">").ends_with("<CN=alice>"));
  const std::string connect(
      "\x81\x82\0\0\0\0"
      "40",
      8);  // a Socket.IO CONNECT, masked with zeros
  CHECK(
      answer(port, "GET /socket.io/?EIO=4&transport=websocket" + upgrade + connect, &alice(), ">").find("<CN=alice>") !=
      std::string::npos);
  server.stop();
}

TEST_CASE("TLS: a server that cannot check clients' certificates does not start") {
  Server no_ca({.host = "127.0.0.1", .tls = {.self_signed = true, .client_certificates = ClientCertificates::require}});
  CHECK(no_ca.start().error() == Errc::bad_certificate);
  CHECK(no_ca.start_error() == "client certificates are asked for, but no CA for them is given");
  Server not_asked({.host = "127.0.0.1", .tls = {.self_signed = true, .client_ca_pem = alice().certificate}});
  CHECK(not_asked.start().error() == Errc::bad_certificate);
  CHECK(not_asked.start_error() == "a CA for client certificates is given, but none are asked for");
}
