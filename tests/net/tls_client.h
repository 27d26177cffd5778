// SPDX-License-Identifier: MIT
#pragma once
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>

#include "net/memory_backend.h"
#include "net/tls.h"

namespace duplex::net::testing {

/// A TLS client over a peer in memory, turned by the test.
class TlsClient {
 public:
  explicit TlsClient(MemoryPeer peer, SSL_SESSION* resume = nullptr) : peer_(std::move(peer)) {
    ctx_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(ctx_);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_connect_state(ssl_);
    if (resume != nullptr) SSL_set_session(ssl_, resume);
  }
  TlsClient(const TlsClient&) = delete;
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(ctx_);
  }
  bool ask_for(const char* name) {  // SNI
    return SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name)) == 1;
  }
  bool show(const TlsCertificate& own) {
    BIO* certificate = BIO_new_mem_buf(own.certificate.data(), static_cast<int>(own.certificate.size()));
    BIO* key = BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size()));
    X509* x = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    EVP_PKEY* k = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    const bool ok = SSL_use_certificate(ssl_, x) == 1 && SSL_use_PrivateKey(ssl_, k) == 1;
    X509_free(x);
    EVP_PKEY_free(k);
    BIO_free(certificate);
    BIO_free(key);
    return ok;
  }
  SSL* ssl() { return ssl_; }
  MemoryPeer& peer() { return peer_; }

  /// Carries bytes both ways until the handshake is over or nothing moves.
  bool handshake(MemoryLoop& loop) {
    for (int i = 0; i < 10; ++i) {
      const int result = SSL_do_handshake(ssl_);
      push();
      loop.run();
      pull();
      if (result == 1) return true;
    }
    return false;
  }
  void write(std::string_view text) {
    SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    push();
  }
  std::string read() {
    pull();
    std::string text;
    char buffer[16384];
    for (int n; (n = SSL_read(ssl_, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
    return text;
  }
  bool closed_properly() {
    read();
    return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  void close_notify() {
    SSL_shutdown(ssl_);
    push();
  }
  /// What the client would send next.
  std::string outgoing() {
    std::string text(BIO_ctrl_pending(out_), '\0');
    if (!text.empty()) BIO_read(out_, text.data(), static_cast<int>(text.size()));
    return text;
  }
  void push() {
    const std::string text = outgoing();
    if (!text.empty()) peer_.write(text);
  }
  void pull() {
    const std::string text = peer_.read();
    if (!text.empty()) BIO_write(in_, text.data(), static_cast<int>(text.size()));
  }
  bool certificate_names(const char* name) {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    const bool names = certificate != nullptr && X509_check_host(certificate, name, 0, 0, nullptr) == 1;
    X509_free(certificate);
    return names;
  }

 private:
  MemoryPeer peer_;
  SSL_CTX* ctx_;
  SSL* ssl_;
  BIO *in_, *out_;
};

}  // namespace duplex::net::testing
