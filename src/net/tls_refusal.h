// SPDX-License-Identifier: MIT
#pragma once
#include <openssl/x509.h>

#include <string>

namespace duplex::net {

/// Why a server's certificate is not accepted, in words, as OpenSSL meets the reason. `name`: whom it had to be for.
std::string certificate_refusal(X509_STORE_CTX* ctx, const std::string& name);

}  // namespace duplex::net
