// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/result.h>

namespace duplex::net {

/// A certificate with its chain, and its private key: each a file's path, or the PEM text itself.
struct TlsCertificate {
  std::string certificate;
  std::string key;
};

/// Whether clients show a certificate. With `request` they may show none, but not a bad one.
enum class TlsClients : unsigned char { anyone, request, require };

struct TlsOptions {
  std::vector<TlsCertificate> certificates =
      {};  ///< chosen by the name that the client asks for; the first when none fits
  std::vector<std::string> alpn = {"http/1.1"};  ///< in order of preference
  TlsClients clients = TlsClients::anyone;
  std::string client_ca = {};  ///< who vouches for clients: a file of certificates, or the PEM text itself
};

/// A certificate for these names that nobody vouches for, made in memory (P-256, a year): for tests and development.
Result<TlsCertificate> self_signed(const std::vector<std::string>& names = {"localhost", "127.0.0.1"});

struct TlsContexts;

/// What the server shows to clients: TLS 1.2 and 1.3, no renegotiation, no compression, no early data; resumption by
/// ticket. Shared by listeners and loops. Any thread.
class TlsContext {
 public:
  /// Either a context, or one line that says which file is wrong, and why.
  struct Loaded {
    std::shared_ptr<TlsContext> context;
    std::string error;
  };
  static Loaded load(TlsOptions options);

  /// Reads the certificates again (or other ones): new handshakes use them, no connection notices. When one cannot be
  /// read, nothing changes, and the returned line says why; it is empty after success.
  std::string reload();
  std::string reload(TlsOptions options);

  /// For the loops: what a new handshake uses, for as long as it lasts.
  std::shared_ptr<const TlsContexts> contexts() const;

 private:
  TlsContext() = default;
  mutable std::mutex mutex_;
  TlsOptions options_;
  std::shared_ptr<const TlsContexts> contexts_;
};

}  // namespace duplex::net
