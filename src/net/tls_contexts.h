// SPDX-License-Identifier: MIT
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

namespace duplex::net {

struct SslCtxDeleter {
  void operator()(SSL_CTX* ctx) const noexcept { SSL_CTX_free(ctx); }
};
using SslCtx = std::unique_ptr<SSL_CTX, SslCtxDeleter>;

/// One generation of certificates. Held by each handshake that it began: OpenSSL's callbacks look into it.
struct TlsContexts {
  std::vector<SslCtx> all;  // the first is the one that handshakes begin with
  std::string alpn;         // in wire format

  TlsContexts() = default;
  TlsContexts(const TlsContexts&) = delete;
  TlsContexts& operator=(const TlsContexts&) = delete;
};

/// OpenSSL's oldest complaint of this thread, in words; forgets the others.
std::string openssl_error();

}  // namespace duplex::net
