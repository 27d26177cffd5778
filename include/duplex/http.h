// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/function.h>
#include <duplex/json.h>

#pragma GCC visibility push(default)

namespace duplex::http {

struct RequestData;
struct ResponseData;
struct ReplyState;

/// A request that has arrived whole. Every view is borrowed until the handler returns.
class Request {
 public:
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::string_view method() const noexcept;                       ///< "GET"
  std::string_view target() const noexcept;                       ///< as sent: "/users/42?full=1"
  std::string_view path() const noexcept;                         ///< as sent, without the query: "/users/42"
  std::string_view query() const noexcept;                        ///< without the '?'
  std::optional<std::string> query(std::string_view name) const;  ///< decoded; the first of that name
  std::string_view header(std::string_view name) const noexcept;  ///< empty when absent; names are case-insensitive
  std::string_view param(
      std::string_view name) const noexcept;  ///< of the route: ":name", or "*" for the rest; decoded
  std::string_view body() const noexcept;
  bool is_secure() const noexcept;  ///< over TLS
  std::string peer() const;         ///< "127.0.0.1:51234"
  /// Of the client's certificate, which was checked: "CN=alice,O=Example" (RFC 2253). Empty: it showed none.
  std::string peer_subject() const;
  /// Calls `visit(name, value)` for each header, in order.
  void each_header(Function<void(std::string_view name, std::string_view value)> visit) const;

 private:
  friend struct Access;
  Request() = default;
  const RequestData* data_ = nullptr;
};

/// A promise to answer. Move-only. Any thread. Dropped unanswered: 500, logged. An answer to a client that has gone is
/// dropped.
class Reply {
 public:
  Reply(Reply&& o) noexcept : state_(std::exchange(o.state_, nullptr)) {}
  Reply& operator=(Reply&& o) noexcept {
    std::swap(state_, o.state_);
    return *this;
  }
  ~Reply();
  Reply& status(int code) &;
  Reply& header(std::string_view name, std::string_view value) &;
  void send(std::string_view body) &;
  void json(const duplex::json::Text& body) &;
  /// Runs on the request's loop if the client goes before the answer: stop working. At most once.
  void on_gone(Function<void()> fn) &;

 private:
  friend class Response;
  explicit Reply(ReplyState* state) noexcept : state_(state) {}
  ReplyState* state_ = nullptr;
};

/// The answer to one request. Ends with one of `send`, `json`, `redirect`, `defer`; a handler that does none of them
/// answers 404. A header that holds CR, LF or NUL is refused: the reply becomes a 500, and the log says why (robustness
/// H23).
class Response {
 public:
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  Response& status(int code);
  Response& header(std::string_view name,
                   std::string_view value);     ///< replaces one of the same name; Set-Cookie and Vary are added to
  Response& type(std::string_view media_type);  ///< Content-Type; "html", "json" and the like are known by extension
  void send(std::string_view body);             ///< text/html unless a type was set, as in Express
  void send(std::span<const std::byte> body);   ///< application/octet-stream unless a type was set
  void json(const duplex::json::Text& body);
  template <duplex::json::writable T>
  void json(const T& value) {
    std::string text;
    duplex::json::Writer writer(text);
    duplex::json::write(writer, value);
    json(duplex::json::Text(std::move(text)));
  }
  void redirect(std::string_view location, int code = 302);
  [[nodiscard]] Reply defer();  ///< answer later, from any thread

 private:
  friend struct Access;
  Response() = default;
  ResponseData* data_ = nullptr;
};

enum class Flow : unsigned char { next, done };
using enum Flow;
using Handler = Function<void(Request&, Response&)>;
using Middleware = Function<Flow(Request&, Response&)>;

/// A folder that is served. No dotfiles, no links out of it.
struct Files {
  std::string root;
  std::string index = "index.html";
  std::chrono::seconds max_age{0};
};

/// Limits and deadlines of HTTP. Sources: docs/limits.md.
struct Limits {
  std::size_t request_line = 8 * 1024;             ///< bytes; longer: 414
  std::size_t head = 16 * 1024;                    ///< bytes of all headers; more: 431
  std::size_t headers = 100;                       ///< more: 431
  std::size_t body = 1024 * 1024;                  ///< bytes; more: 413
  std::chrono::milliseconds head_timeout{10'000};  ///< absolute, TLS handshake included; then 408
  std::chrono::milliseconds body_timeout{60'000};  ///< absolute; a body slower than 1 KiB/s after 10 s: 408 at once
  std::chrono::milliseconds keep_alive{10'000};    ///< idle between requests
  std::size_t requests = 10'000;                   ///< on one connection
};

}  // namespace duplex::http

#pragma GCC visibility pop
