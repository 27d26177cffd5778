// SPDX-License-Identifier: MIT
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "core/bytes.h"

namespace duplex::bench {

/// One call's result.
struct Moved {
  std::size_t bytes = 0;
  enum End : std::uint8_t {
    none,    ///< more may be moved at once
    again,   ///< no more for now: an event will tell
    closed,  ///< the other side has ended
    failed,  ///< `error`
  } end = none;
  int error = 0;  ///< errno; 0 with `failed`: TLS, see `Pipe::complaint`
};

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

/// A non-blocking socket, with TLS over it or not.
class Pipe {
 public:
  Pipe() = default;
  explicit Pipe(int descriptor) noexcept : descriptor_(descriptor) {}
  Pipe(Pipe&& other) noexcept;
  Pipe& operator=(Pipe&& other) noexcept;
  ~Pipe();

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int descriptor() const noexcept { return descriptor_; }
  bool has_tls() const noexcept { return ssl_ != nullptr; }

  /// Speaks TLS from here on; the server's name is sent, and checked if the context verifies.
  void start_tls(SSL_CTX* context, const std::string& host);
  /// `none` when it is done.
  Moved handshake();

  Moved read(Bytes into);
  Moved write(ConstBytes bytes);
  void close() noexcept;

 private:
  Moved tls_result(int result) const;

  int descriptor_ = -1;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

/// What OpenSSL last said on this thread, in words.
std::string tls_complaint();

}  // namespace duplex::bench
