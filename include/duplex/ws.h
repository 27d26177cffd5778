// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/function.h>
#include <duplex/handle.h>
#include <duplex/ws_message.h>

#pragma GCC visibility push(default)

namespace duplex::http {
class Request;
}

namespace duplex::ws {
class Socket;

/// A storable name for a socket: 64 bits, copyable, safe to keep and to use from any thread. It may be stale, never
/// wrong: what is sent to a socket that has gone is dropped.
class Handle : public HandleOf<Socket> {
 public:
  using HandleOf::HandleOf;
  /// Any thread; the message is copied. On the socket's own loop the result is exact; elsewhere it is `queued`.
  Sent send(Message message) const;
  void close(std::uint16_t code = 1000, std::string_view reason = {}) const;  ///< Any thread.
  void with(Function<void(Socket&)> fn) const;  ///< Any thread: runs on the socket's loop, or is dropped.
};

/// What a send may add to a message.
struct SendOptions {
  std::uint64_t key = 0;  ///< latest_per_key: a newer message of this key replaces one that waits
  bool compress = true;   ///< if compression was agreed and the message is long enough
};

/// An open WebSocket. A reference is good until the handler returns; `handle()` is what you keep.
class Socket {
 public:
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Queues one message; it leaves at the end of this turn of the loop, with everything else that was sent to this
  /// socket. `ok`: nothing is waiting for a slow peer. `queued`: more than the soft limit waits; `on_drain` will tell
  /// when it is down. `dropped`: the overflow policy gave up this message. `closed`: the socket is closing.
  Sent send(Message message, SendOptions options = {});
  /// Starts the closing handshake (RFC 6455 section 7.1.2). `code`: 1000-1003, 1007-1014 or 3000-4999; `reason`: at
  /// most 123 bytes of UTF-8.
  void close(std::uint16_t code = 1000, std::string_view reason = {});
  void terminate();  ///< Ends the connection at once, without a closing handshake.
  void ping(std::string_view payload = {});

  void join(std::string_view room);  ///< Rooms are the server's; a socket leaves them all when it closes.
  void leave(std::string_view room);
  /// To everyone in the room but this socket, on every loop; encoded (and compressed) once.
  void publish(std::string_view room, Message message, SendOptions options = {});

  Handle handle() const noexcept;
  std::size_t buffered_amount() const noexcept;  ///< bytes that the peer's slowness keeps here
  std::uint64_t dropped() const noexcept;        ///< messages that the overflow policy gave up or conflated
  std::string_view protocol() const noexcept;    ///< the subprotocol that was agreed, or empty
  std::string peer() const;                      ///< "127.0.0.1:51234"
  std::optional<std::chrono::microseconds> round_trip() const noexcept;  ///< of the newest ping that was answered

  /// One value of yours, destroyed with the socket: `socket.set_data(Player{…})`, then `socket.data<Player>()`.
  template <class T>
  T& set_data(T value) {
    auto* owned = new T(std::move(value));
    put_data(owned, &type_tag<T>, [](void* p) noexcept { delete static_cast<T*>(p); });
    return *owned;
  }
  template <class T>
  T* data() const noexcept {
    return static_cast<T*>(get_data(&type_tag<T>));
  }

 protected:
  Socket() = default;
  ~Socket() = default;

 private:
  template <class T>
  static constexpr char type_tag = 0;
  void put_data(void* value, const void* type, void (*destroy)(void*) noexcept);
  void* get_data(const void* type) const noexcept;
};

/// How a connection ended. 1005: the peer's Close had no code; 1006: there was no Close (RFC 6455 section 7.1.5).
struct Close {
  std::uint16_t code;
  std::string_view reason;  ///< Borrowed until the handler returns.
};

/// A protocol violation or a failed send; the connection is being closed. `stable_code` has an anchor in
/// docs/errors.md.
struct Error {
  std::string_view stable_code;  ///< "invalid_utf8"
  std::string_view text;
  std::uint16_t close_code;  ///< what the peer hears
};

/// A promise to admit an upgrade. Move-only, any thread; dropped, the client hears 503.
class Upgrade {
 public:
  Upgrade(Upgrade&& o) noexcept : bits_(std::exchange(o.bits_, 0)) {}
  Upgrade& operator=(Upgrade&& o) noexcept {
    std::swap(bits_, o.bits_);
    return *this;
  }
  ~Upgrade();
  void accept(std::string_view protocol = {});  ///< with one of the subprotocols that the client offered, or none
  void refuse(int status, std::string_view body = {});

 private:
  friend struct UpgradeAccess;
  explicit Upgrade(std::uint64_t bits) noexcept : bits_(bits) {}
  std::uint64_t bits_ = 0;
};

/// What happens to a message that would make more than `hard_limit` bytes wait for a slow peer. Nothing is dropped
/// silently: `send` says so, `Socket::dropped` counts it, and so do the server's counters.
enum class Overflow : unsigned char {
  disconnect,      ///< the peer is closed with 1013, "too slow"
  queue,           ///< it waits all the same: memory is bounded by the server's budget only
  drop_newest,     ///< it is dropped
  drop_oldest,     ///< messages that have waited longest are dropped in its favour
  latest_per_key,  ///< a message replaces the waiting one of the same key at any time; past the limit, as drop_oldest
};

/// permessage-deflate (RFC 7692). Off by default: it costs memory and CPU, and mixing secrets with foreign text leaks
/// (CRIME).
struct Compression {
  bool enabled = false;
  int window_bits = 12;                ///< of our compressor, 9 to 15
  bool context_takeover = false;       ///< keep our window between messages: one compressor a connection
  bool peer_context_takeover = false;  ///< let the peer keep its window: one decompressor a connection
  std::size_t threshold = 1024;        ///< bytes; shorter messages are not compressed
};

/// One WebSocket endpoint: what it does, and its limits. `server.ws("/echo", {.on_message = …})`
/// Handlers run on the socket's loop. They may send, close, publish, join and throw (logged, closed with 1011).
struct Handlers {
  /// Before the handshake is answered; absent: everyone of an allowed origin is welcome.
  Function<void(http::Request&, Upgrade)> on_upgrade = {};
  Function<void(Socket&, const http::Request&)> on_open = {};
  Function<void(Socket&, Message)> on_message = {};
  Function<void(Socket&)> on_drain = {};                ///< the peer has caught up: send again
  Function<void(Socket&, Close)> on_close = {};         ///< exactly once for each on_open
  Function<void(Socket&, const Error&)> on_error = {};  ///< why it is being closed, before on_close

  std::size_t max_message = 1'000'000;                ///< bytes after inflation; larger ones are refused with 1009
  std::chrono::milliseconds idle_timeout{60'000};     ///< without a byte from the peer; 0: never
  std::chrono::milliseconds ping_interval{30'000};    ///< of silence before a ping is sent; 0: none
  std::chrono::milliseconds close_timeout{5'000};     ///< for the peer to answer our Close
  std::chrono::milliseconds frame_timeout{30'000};    ///< a message that takes longer must keep 1 KiB/s up; else 1008
  std::chrono::milliseconds upgrade_timeout{10'000};  ///< for on_upgrade to answer; then 503
  std::size_t max_fragments = 131'072;                ///< of one message; more are refused with 1008
  Overflow overflow = Overflow::disconnect;
  std::size_t soft_limit = 256 * 1024;   ///< waiting bytes from which `send` says `queued`
  std::size_t hard_limit = 1024 * 1024;  ///< waiting bytes past which `overflow` acts; one message always fits, and a
                                         ///< peer whose own requests fill it is not read meanwhile
  Compression compression = {};
  std::vector<std::string> protocols = {};  ///< subprotocols in order of preference
  std::vector<std::string> origins = {};  ///< browsers' origins that may connect; empty: the same origin only; "*": all
  bool require_origin = false;            ///< refuse clients that send no Origin (programs that are not browsers)
};

}  // namespace duplex::ws

#pragma GCC visibility pop
