// SPDX-License-Identifier: MIT
#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <utility>

#include "net/tls_contexts.h"
#include "net/tls_pem.h"
#include "net/tls_session.h"

namespace duplex::net {
namespace {

std::string load_clients(SSL_CTX* ctx, const TlsOptions& options) {
  if (options.clients == TlsClients::anyone) {
    return options.client_ca.empty() ? "" : "a CA for client certificates is given, but none are asked for";
  }
  if (options.client_ca.empty()) return "client certificates are asked for, but no CA for them is given";
  if (auto error = load_authorities(ctx, options.client_ca, "client CA",
                                    [ctx](X509* next) { return SSL_CTX_add_client_CA(ctx, next) == 1; });
      !error.empty()) {
    return error;
  }
  SSL_CTX_set_verify(
      ctx, SSL_VERIFY_PEER | (options.clients == TlsClients::require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return "";
}

// RFC 6066 §3: the certificate that bears the name; the first one when none does, so that the client can say what is
// wrong.
int choose_certificate(SSL* ssl, int*, void* arg) {
  const auto* contexts = static_cast<const TlsContexts*>(arg);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  for (const SslCtx& ctx : contexts->all) {
    if (X509_check_host(SSL_CTX_get0_certificate(ctx.get()), name, 0, 0, nullptr) != 1) continue;
    if (SSL_get_SSL_CTX(ssl) != ctx.get()) SSL_set_SSL_CTX(ssl, ctx.get());
    break;
  }
  return SSL_TLSEXT_ERR_OK;
}

// RFC 7301 §3.2: no common protocol ends the handshake, or a client would speak one that we do not.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned int in_size,
                    void* arg) {
  const std::string& ours = static_cast<const TlsContexts*>(arg)->alpn;
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_up(SSL_CTX* ctx, TlsContexts& contexts) {
  set_up_either_side(ctx);
  SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Resumption by ticket: what would be remembered here is the client's to keep.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(ctx, reinterpret_cast<const unsigned char*>("duplex"), 6);
  SSL_CTX_set_num_tickets(ctx, 1);
  SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, reinterpret_cast<void (*)()>(choose_certificate));
  SSL_CTX_set_tlsext_servername_arg(ctx, &contexts);
  if (!contexts.alpn.empty()) SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, &contexts);
}

}  // namespace

TlsContext::Loaded TlsContext::load(TlsOptions options) {
  const std::shared_ptr<TlsContext> made(new TlsContext);
  std::string error = made->reload(std::move(options));
  if (!error.empty()) return {nullptr, std::move(error)};
  return {made, ""};
}

std::string TlsContext::reload() {
  std::unique_lock lock(mutex_);
  TlsOptions options = options_;
  lock.unlock();
  return reload(std::move(options));
}

std::string TlsContext::reload(TlsOptions options) {
  if (options.certificates.empty()) return "no certificate is given";
  ERR_clear_error();
  auto fresh = std::make_shared<TlsContexts>();
  if (auto error = alpn_wire(fresh->alpn, options.alpn); !error.empty()) return error;
  for (const TlsCertificate& files : options.certificates) {
    SslCtx ctx(SSL_CTX_new(TLS_server_method()));
    if (!ctx) return "OpenSSL: " + openssl_error();
    set_up(ctx.get(), *fresh);
    if (auto error = load_certificate(ctx.get(), files); !error.empty()) return error;
    if (auto error = load_clients(ctx.get(), options); !error.empty()) return error;
    fresh->all.push_back(std::move(ctx));
  }
  const std::lock_guard lock(mutex_);
  // Tickets that were given out stay good, unless they stand for a client's certificate: the CA may be another one now.
  if (contexts_ && options.clients == TlsClients::anyone) {
    unsigned char keys[80];
    if (SSL_CTX_get_tlsext_ticket_keys(contexts_->all.front().get(), keys, sizeof keys) == 1) {
      SSL_CTX_set_tlsext_ticket_keys(fresh->all.front().get(), keys, sizeof keys);
    }
  }
  contexts_ = std::move(fresh);
  options_ = std::move(options);
  return "";
}

std::shared_ptr<const TlsContexts> TlsContext::contexts() const {
  const std::lock_guard lock(mutex_);
  return contexts_;
}

Result<TlsCertificate> self_signed(const std::vector<std::string>& names) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate || names.empty()) return Errc::bad_certificate;
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -60 * 60);
  X509_gmtime_adj(X509_getm_notAfter(x), 365L * 24 * 60 * 60);
  X509_set_pubkey(x, key.get());
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(names.front().c_str()),
                             -1, -1, 0);
  X509_set_issuer_name(x, name);
  std::string alternatives;
  for (const std::string& n : names) {
    const bool is_address = n.find_first_not_of("0123456789.") == std::string::npos || n.find(':') != std::string::npos;
    if (!alternatives.empty()) alternatives += ',';
    alternatives.append(is_address ? "IP:" : "DNS:").append(n);
  }
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternatives.c_str());
  if (extension == nullptr) return Errc::bad_certificate;
  X509_add_ext(x, extension, -1);
  X509_EXTENSION_free(extension);
  if (X509_sign(x, key.get(), EVP_sha256()) == 0) return Errc::bad_certificate;
  const auto text = [](const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  const Bio certificate_pem(BIO_new(BIO_s_mem())), key_pem(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_pem.get(), x) != 1 ||
      PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Errc::bad_certificate;
  }
  return TlsCertificate{text(certificate_pem), text(key_pem)};
}

}  // namespace duplex::net
