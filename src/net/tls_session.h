// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/buffer.h"

struct bio_st;
struct ssl_st;
struct ssl_ctx_st;
struct x509_store_ctx_st;

namespace duplex::net {

class Listener;
struct TlsContexts;

/// Where the TLS of one loop reads and writes: the bytes just received, and one buffer for what is to be sent. OpenSSL
/// sees no socket.
class TlsIo {
 public:
  explicit TlsIo(std::size_t read_buffer);
  ~TlsIo();
  TlsIo(const TlsIo&) = delete;
  TlsIo& operator=(const TlsIo&) = delete;

  ConstBytes in;  ///< encrypted, not yet taken by OpenSSL
  Buffer out;     ///< encrypted, to be sent
  Bytes plain_room() const noexcept { return {plain_.get(), plain_size_}; }

 private:
  friend class TlsSession;
  bio_st* bio_;
  std::size_t plain_size_;
  std::unique_ptr<std::byte[]> plain_;
};

/// The TLS of one stream: what arrived becomes plain, what leaves becomes encrypted. It holds no buffer between reads.
/// One loop's thread.
class TlsSession {
 public:
  TlsSession(TlsIo& io, std::shared_ptr<const TlsContexts> contexts, Listener* listener);
  /// The side that connects. `name`: whom it asks for (SNI), and who must be there where the context verifies; a host's
  /// name or an address.
  TlsSession(TlsIo& io, std::shared_ptr<const TlsContexts> contexts, std::string name);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  std::string_view alpn() const noexcept;         ///< "http/1.1", or empty: the client did not ask
  std::string_view server_name() const noexcept;  ///< that the client asked for (SNI), or empty
  std::string_view version() const noexcept;      ///< "TLSv1.3"
  bool resumed() const noexcept;
  std::string peer_subject()
      const;  ///< of the certificate that the client showed, "CN=alice,O=Example" (RFC 2253), or empty

  // -- for the loop --------------------------------------------------------------------------------------------------
  enum class Progress : unsigned char { waiting, done, failed };
  Progress handshake();  ///< with what is in `io.in`
  /// Decrypts `io.in` into the loop's plain room. Then `peer_closed` and `failed` say whether there was more than data.
  /// A peer that asks for new keys, or for another handshake, more often than 16 times a minute has failed.
  Bytes decrypt(std::chrono::steady_clock::time_point now);
  /// Appends to `io.out`; at most 16 KiB make one record.
  bool encrypt(ConstBytes plain);
  void close_notify();
  void move_to(TlsIo& io);

  bool handshaking() const noexcept { return contexts_ != nullptr; }
  bool peer_closed() const noexcept { return peer_closed_; }
  bool failed() const noexcept { return failed_; }
  std::string why();  ///< it failed, in words
  bool is_client() const noexcept { return listener_ == nullptr; }
  bool untrusted() const noexcept { return refusal_ != nullptr; }  ///< a client: the server's certificate was refused
  Listener* listener() const noexcept { return listener_; }
  static void count_messages(ssl_ctx_st* ctx);                                              ///< of the sessions to come
  static int handshakes() noexcept { return handshakes_.load(std::memory_order_relaxed); }  ///< in the whole process

  Buffer pending;                     ///< encrypted, and not yet taken by the kernel
  std::uint32_t handshake_timer = 0;  ///< the loop's

 private:
  void begin(TlsIo& io);
  bool expect(const std::string& name);
  void finish_handshake() noexcept;
  std::string server_why(int reason);
  static int verified(int ok, x509_store_ctx_st* ctx);
  static void saw_message(int ours, int version, int type, const void* bytes, std::size_t size, ssl_st* ssl,
                          void* session);

  static std::atomic<int> handshakes_;
  ssl_st* ssl_;
  TlsIo* io_;
  std::shared_ptr<const TlsContexts> contexts_;  // while it shakes hands
  Listener* listener_;                           // null: we are the client
  std::unique_ptr<std::string> refusal_;
  bool peer_closed_ = false, failed_ = false, notified_ = false;
  unsigned char rekeyings_ = 0;  // in the minute that began at `minute_`
  std::chrono::steady_clock::time_point minute_ = {};
};

}  // namespace duplex::net
