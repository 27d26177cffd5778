// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duplex/function.h>
#include <duplex/handle.h>
#include <duplex/ws.h>

// Engine.IO 4, and 3 if it is allowed: messages over long-polling and WebSocket, what Socket.IO stands on.
#pragma GCC visibility push(default)

namespace duplex::eio {

class Socket;
struct RequestAccess;
struct AdmissionState;

enum class Transport : unsigned char { polling, websocket };
constexpr std::string_view name_of(Transport t) noexcept { return t == Transport::polling ? "polling" : "websocket"; }

/// What is kept of a request, longer than it lasts: that of the handshake as long as the session. Immutable; any
/// thread.
class RequestInfo {
 public:
  std::string_view method() const noexcept;   ///< "GET"
  std::string_view url() const noexcept;      ///< as sent: "/socket.io/?EIO=4&transport=polling"
  std::string_view address() const noexcept;  ///< the peer's, without the port: "127.0.0.1"
  /// Of the client's certificate, which was checked: "CN=alice" (http::Request::peer_subject). Empty: it showed none.
  std::string_view peer_subject() const noexcept;
  std::string_view header(std::string_view name) const noexcept;  ///< empty when absent; names are case-insensitive
  std::optional<std::string> query(std::string_view name) const;  ///< decoded; the first of that name
  void each_header(Function<void(std::string_view name, std::string_view value)> visit) const;  ///< names as sent
  void each_query(Function<void(std::string_view name, std::string_view value)> visit) const;   ///< decoded
  bool secure() const noexcept { return secure_; }                                              ///< over TLS
  bool cross_domain() const noexcept { return !header("origin").empty(); }
  std::chrono::system_clock::time_point time() const noexcept { return time_; }

 private:
  friend struct RequestAccess;
  std::string_view text(unsigned number) const noexcept;
  const char* packed_ = nullptr;  // behind this object: method, url, address, subject, and each header's name and value
  std::uint32_t texts_ = 0;       // so many
  std::chrono::system_clock::time_point time_;
  bool secure_ = false;
};

/// A promise to admit a handshake. Move-only, any thread; dropped or never kept, the client hears 503.
class Admission {
 public:
  explicit Admission(std::shared_ptr<AdmissionState> state) noexcept : state_(std::move(state)) {}
  Admission(Admission&&) noexcept = default;
  Admission& operator=(Admission&& o) noexcept {
    std::swap(state_, o.state_);
    return *this;
  }
  ~Admission();
  void allow();
  void refuse(std::string_view message = {});  ///< 403 with this message, or "Forbidden"; a WebSocket handshake: 400

 private:
  std::shared_ptr<AdmissionState> state_;
};

/// Headers that a hook adds to an answer. One that holds CR, LF or NUL turns the answer into a 500.
class ExtraHeaders {
 public:
  void add(std::string_view name, std::string_view value) { fields.emplace_back(name, value); }
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Why a request was refused: the codes and messages of Engine.IO (docs/errors.md).
struct ConnectionError {
  int code;                  ///< 0 to 5
  std::string_view message;  ///< "Session ID unknown"
  std::string_view context;  ///< what exactly: "TRANSPORT_MISMATCH", the unknown sid …
};

/// A cookie with the session's id, set by the answer to a polling handshake.
struct CookieOptions {
  std::string name = "io";
  std::string path = "/";
  std::string domain = {};
  bool http_only = true;
  bool secure = false;
  std::string same_site = "Lax";  ///< empty: not said
  std::optional<std::chrono::seconds> max_age = {};
};

/// Cross-origin requests to Engine.IO's own paths, as the npm package `cors` answers them.
struct CorsOptions {
  std::vector<std::string> origins = {};  ///< "*": every origin; else the origin is echoed if it is listed
  bool reflect_origin = false;            ///< echo whatever origin asks (npm: `origin: true`)
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  std::string allowed_headers = {};  ///< "X-Token,Content-Type"; empty: what the preflight asks for
  std::string exposed_headers = {};
  bool credentials = false;
  std::optional<std::chrono::seconds> max_age = {};
  bool enabled() const noexcept { return reflect_origin || !origins.empty(); }
};

struct EngineOptions {
  std::string path = "/socket.io/";  ///< what the raw request target begins with
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds upgrade_timeout{10'000};
  std::size_t max_http_buffer = 1'000'000;  ///< bytes of a POST body and of a WebSocket message
  std::vector<Transport> transports = {Transport::polling, Transport::websocket};
  bool allow_upgrades = true;
  bool allow_eio3 = false;   ///< serve Engine.IO 3, too: clients of Socket.IO 2
  bool allow_jsonp = false;  ///< those of them that poll by script elements: pages of any origin can, `origins` or not
  std::optional<CookieOptions> cookie = {};
  CorsOptions cors = {};
  /// Browsers' origins that may connect, by polling and by WebSocket; empty: the same origin only; "*": all. What
  /// `cors` lists may, too.
  std::vector<std::string> origins = {};
  bool require_origin = false;   ///< refuse clients that send no Origin (programs that are not browsers)
  bool http_compression = true;  ///< gzip or deflate for answers to polls
  std::size_t http_compression_threshold = 1024;  ///< bytes
  ws::Compression per_message_deflate = {};
  std::size_t soft_limit = 256 * 1024;   ///< waiting bytes from which droppable messages are dropped
  std::size_t hard_limit = 1024 * 1024;  ///< waiting bytes past which the session is closed; one message always fits
  std::size_t max_unclaimed = 50'000;    ///< sessions that were opened and never came back; more: 503
  std::chrono::milliseconds claim_timeout{20'000};      ///< how long one of them lives
  std::chrono::milliseconds admission_timeout{10'000};  ///< for allow_request to decide; then 503

  // Hooks run on the loop of the request, on several loops at once.
  Function<void(const RequestInfo&, Admission)> allow_request = {};           ///< may decide later, on any thread
  Function<void(ExtraHeaders&, const RequestInfo&)> on_initial_headers = {};  ///< the first answer of a session
  Function<void(ExtraHeaders&, const RequestInfo&)> on_headers = {};          ///< every answer to a client of a session
  Function<void(const ConnectionError&, const RequestInfo&)> on_connection_error = {};
};

struct SendOptions {
  bool compress = true;
  bool droppable = false;  ///< dropped if the transport cannot take it now (Socket.IO: volatile)
};

/// Why a session ended. `reason` is one of the strings that Node's server gives: "transport close", "transport error",
/// "ping timeout", "parse error", "forced close", "server shutting down". `details` says more, or is empty.
struct CloseReason {
  std::string_view reason;
  std::string_view details;
};

/// A storable name of a session: 64 bits, any thread. May be stale, never wrong.
class Handle : public HandleOf<Socket> {
 public:
  using HandleOf::HandleOf;
  void with(Function<void(Socket&)> fn) const;  ///< Any thread: runs on the session's loop, or is dropped.
  void send(ws::Message message, SendOptions options = {}) const;  ///< Any thread; the message is copied.
  void close() const;                                              ///< Any thread.
};

/// A session. A reference is good until the handler returns; `handle()` is what you keep.
class Socket {
 public:
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::string_view id() const noexcept;  ///< a secret of the client's
  Handle handle() const noexcept;
  int protocol() const noexcept;         ///< Engine.IO's: 4, or 3 if it is allowed
  Transport transport() const noexcept;  ///< now; it may change once, from polling to websocket
  const RequestInfo& handshake() const noexcept;
  std::shared_ptr<const RequestInfo> handshake_pointer() const noexcept;
  /// The POST whose messages are being handled; null over WebSocket.
  const RequestInfo* current_request() const noexcept;

  /// `ok`, `queued`: more than the soft limit waits, `dropped`: it was droppable, `closed`: the session is closing.
  Sent send(ws::Message message, SendOptions options = {});
  bool is_open() const noexcept;
  bool is_writable() const noexcept;      ///< what is droppable would leave now
  std::size_t buffered() const noexcept;  ///< bytes that wait
  /// Closes after everything that waits has been sent; with `discard`, at once.
  void close(bool discard = false);

  void* user() const noexcept { return user_; }
  void set_user(void* user) noexcept { user_ = user; }

 protected:
  Socket() = default;
  ~Socket() = default;
  void* user_ = nullptr;
};

/// What whoever serves sessions hears. On the session's loop.
struct Handlers {
  Function<void(Socket&)> on_open = {};
  Function<void(Socket&, ws::Message)> on_message = {};
  Function<void(Socket&)> on_drain = {};    ///< what waited has left
  Function<void(Socket&)> on_upgrade = {};  ///< the transport is a WebSocket now
  /// Exactly once for each on_open. Nothing can be sent any more.
  Function<void(Socket&, const CloseReason&)> on_close = {};
  /// Everything sent so far comes before a mark in the stream of bytes: a ping, or the end of an answer to a poll …
  Function<void(Socket&)> on_mark = {};
  /// … and the peer has received everything up to the newest mark: it answered the ping, or polled again.
  Function<void(Socket&)> on_mark_seen = {};
};

}  // namespace duplex::eio

#pragma GCC visibility pop
