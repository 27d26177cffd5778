// SPDX-License-Identifier: MIT
#pragma once
#include <openssl/bio.h>
#include <openssl/pem.h>

#include <memory>
#include <string>
#include <vector>

#include <duplex/function.h>

#include "net/tls.h"
#include "net/tls_contexts.h"

// What the contexts of both sides are made from. Each of these returns one line that says which file is wrong and why,
// or nothing.
namespace duplex::net {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

/// The certificate with its chain, and its key.
std::string load_certificate(SSL_CTX* ctx, const TlsCertificate& files);
/// Who vouches for the other side: a file of certificates, or the PEM text itself. `what` names it in errors; `each`,
/// if there is one, is called with every certificate.
std::string load_authorities(SSL_CTX* ctx, const std::string& source, const char* what,
                             Function<bool(X509*)> each = {});
/// RFC 7301 section 3.1.
std::string alpn_wire(std::string& out, const std::vector<std::string>& protocols);
/// TLS 1.2 and 1.3, no renegotiation, no compression; buffers only while they are used.
void set_up_either_side(SSL_CTX* ctx);

}  // namespace duplex::net
