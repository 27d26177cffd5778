// SPDX-License-Identifier: MIT
#include "net/tls_pem.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "net/tls_session.h"

namespace duplex::net {
namespace {

bool is_pem(const std::string& text) { return text.starts_with("-----BEGIN"); }
std::string name_of(const std::string& source, const char* what) {
  return is_pem(source) ? std::string("the ") + what : "\"" + source + "\"";
}

// An error or, with the content to read from, none.
std::string open(Bio& bio, const std::string& source, const char* what) {
  if (source.empty()) return std::string("no ") + what + " is given";
  if (is_pem(source)) {
    bio.reset(BIO_new_mem_buf(source.data(), static_cast<int>(source.size())));
    return "";
  }
  errno = 0;
  std::FILE* file = std::fopen(source.c_str(), "re");
  if (file == nullptr) return "cannot read the " + std::string(what) + " \"" + source + "\": " + std::strerror(errno);
  bio.reset(BIO_new_fp(file, BIO_CLOSE));
  return "";
}

int no_password(char*, int, int, void*) { return -1; }  // or OpenSSL asks at the terminal

}  // namespace

std::string load_certificate(SSL_CTX* ctx, const TlsCertificate& files) {
  Bio bio;
  if (auto error = open(bio, files.certificate, "certificate"); !error.empty()) return error;
  const auto not_a = [](const std::string& source, const char* what) {
    return name_of(source, what) + " is not a " + what + " in PEM format: " + openssl_error();
  };
  const Certificate leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_password, nullptr));
  if (!leaf || SSL_CTX_use_certificate(ctx, leaf.get()) != 1) return not_a(files.certificate, "certificate");
  for (;;) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    if (!next) break;
    if (SSL_CTX_add0_chain_cert(ctx, next.get()) != 1) return not_a(files.certificate, "certificate");
    [[maybe_unused]] const auto* owned_by_ctx = next.release();
  }
  ERR_clear_error();  // the end of the file is one, too
  if (auto error = open(bio, files.key, "private key"); !error.empty()) return error;
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) return not_a(files.key, "private key");
  if (SSL_CTX_use_PrivateKey(ctx, key.get()) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
    ERR_clear_error();
    return "the private key " + name_of(files.key, "key") + " does not belong to the certificate " +
           name_of(files.certificate, "certificate");
  }
  return "";
}

std::string load_authorities(SSL_CTX* ctx, const std::string& source, const char* what, Function<bool(X509*)> each) {
  Bio bio;
  if (auto error = open(bio, source, what); !error.empty()) return error;
  int count = 0;
  for (;; ++count) {
    const Certificate next(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_password, nullptr));
    if (!next) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), next.get()) != 1 || (each && !each(next.get())))
      return name_of(source, what) + ": " + openssl_error();
  }
  const unsigned long code = ERR_peek_last_error();
  if (count == 0 || ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
    return name_of(source, what) + " is not a list of certificates in PEM format: " + openssl_error();
  ERR_clear_error();  // the end of the file
  return "";
}

std::string alpn_wire(std::string& out, const std::vector<std::string>& protocols) {
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) return "an ALPN protocol has 1 to 255 bytes";
    out += static_cast<char>(protocol.size());
    out += protocol;
  }
  return "";
}

void set_up_either_side(SSL_CTX* ctx) {
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  TlsSession::count_messages(ctx);
}

std::string openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "unknown error";
}

}  // namespace duplex::net
