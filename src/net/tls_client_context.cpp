// SPDX-License-Identifier: MIT
#include "net/tls_client_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/tls_contexts.h"
#include "net/tls_pem.h"

namespace duplex::net {

TlsClientContext::Loaded TlsClientContext::load(const TlsClientOptions& options) {
  ERR_clear_error();
  auto contexts = std::make_shared<TlsContexts>();
  SslCtx ctx(SSL_CTX_new(TLS_client_method()));
  if (!ctx) return {nullptr, "OpenSSL: " + openssl_error()};
  set_up_either_side(ctx.get());
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_OFF);
  if (options.verify == TlsVerify::off) {
    if (!options.ca.empty()) return {nullptr, "a CA is given, but verification is switched off"};
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
    // Whoever is named as trusted is trusted, also without being self-signed.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx.get()), X509_V_FLAG_PARTIAL_CHAIN);
    if (options.ca.empty()) {
      if (SSL_CTX_set_default_verify_paths(ctx.get()) != 1)
        return {nullptr, "the system's certificates cannot be used: " + openssl_error()};
    } else if (auto error = load_authorities(ctx.get(), options.ca, "CA"); !error.empty()) {
      return {nullptr, std::move(error)};
    }
  }
  if (!options.own.certificate.empty() || !options.own.key.empty())
    if (auto error = load_certificate(ctx.get(), options.own); !error.empty()) return {nullptr, std::move(error)};
  if (auto error = alpn_wire(contexts->alpn, options.alpn); !error.empty()) return {nullptr, std::move(error)};
  if (!contexts->alpn.empty() &&
      SSL_CTX_set_alpn_protos(ctx.get(), reinterpret_cast<const unsigned char*>(contexts->alpn.data()),
                              static_cast<unsigned>(contexts->alpn.size())) != 0)
    return {nullptr, "OpenSSL: " + openssl_error()};
  contexts->all.push_back(std::move(ctx));
  const std::shared_ptr<TlsClientContext> made(new TlsClientContext);
  made->verify_ = options.verify;
  made->contexts_ = std::move(contexts);
  return {made, ""};
}

}  // namespace duplex::net
