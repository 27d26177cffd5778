// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "net/tls.h"

namespace duplex::net {

/// Whether it must be proved who is at the other end.
enum class TlsVerify : unsigned char {
  peer,  ///< by a certificate for the name, from somebody who is trusted here
  off,   ///< anybody will do, and may read and change everything; each connection is logged as a warning
};

struct TlsClientOptions {
  TlsVerify verify = TlsVerify::peer;
  /// Who vouches for servers: a file of certificates, or the PEM text itself. Empty: the system's store, in whose place
  /// the environment may name another one (SSL_CERT_FILE, SSL_CERT_DIR).
  std::string ca = {};
  TlsCertificate own = {};             ///< for servers that ask who we are; empty: none
  std::vector<std::string> alpn = {};  ///< in order of preference; empty: none is named
};

/// What we accept from servers, and show to them: TLS 1.2 and 1.3, no renegotiation, no compression. Unchanging; shared
/// by connections and loops. Any thread.
class TlsClientContext {
 public:
  /// Either a context, or one line that says what is wrong.
  struct Loaded {
    std::shared_ptr<const TlsClientContext> context;
    std::string error;
  };
  static Loaded load(const TlsClientOptions& options);

  bool verifies() const noexcept { return verify_ == TlsVerify::peer; }
  std::shared_ptr<const TlsContexts> contexts() const noexcept { return contexts_; }

 private:
  TlsClientContext() = default;
  TlsVerify verify_ = TlsVerify::peer;
  std::shared_ptr<const TlsContexts> contexts_;
};

}  // namespace duplex::net
