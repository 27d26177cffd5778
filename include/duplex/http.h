// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <duplex/function.h>
#include <duplex/http_cookie.h>
#include <duplex/json.h>

#pragma GCC visibility push(default)

namespace duplex::http {

struct RequestData;
struct ResponseData;
struct ReplyState;
class EventStream;
struct EventStreamOptions;

/// Tags of bodies (RFC 9110 section 8.8.3): a client that still has one need not get it again.
enum class Etag : unsigned char { off, weak, strong };

/// What is not to be found in a folder, whatever it is named: names that begin with a dot.
enum class Dotfiles : unsigned char {
  ignore,  ///< as if they were not there
  deny,    ///< 403
  allow,
};

/// How a file is sent: `res.send_file(req.param("name"), {.root = "uploads", .max_age = std::chrono::hours(1)})`.
struct FileOptions {
  /// The folder that the path is below, whatever it says: no "..", link or encoding leads out (openat2). Empty: the
  /// path is the program's own, from '/' on.
  std::string_view root = {};
  std::chrono::seconds max_age{0};
  bool immutable = false;  ///< Cache-Control says so
  Dotfiles dotfiles = Dotfiles::ignore;
  bool validators = true;  ///< ETag and Last-Modified; without them nothing is conditional
  /// Set if there is such a file: `.headers = {{"X-Report", "7"}}`.
  std::vector<std::pair<std::string_view, std::string_view>> headers = {};
};

/// A request that has arrived whole. Every view is borrowed until the handler returns.
class Request {
 public:
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::string_view method() const noexcept;   ///< "GET"
  std::string_view target() const noexcept;   ///< as sent: "/users/42?full=1"
  std::string_view path() const noexcept;     ///< as sent, without the query: "/users/42"
  std::string_view base() const noexcept;     ///< where the middleware or router is mounted (Express: baseUrl), or ""
  std::string_view subpath() const noexcept;  ///< the path behind it, from its '/' on (Express: path)
  std::string_view query() const noexcept;    ///< without the '?'
  std::optional<std::string> query(std::string_view name) const;  ///< decoded; the first of that name
  std::string_view header(std::string_view name) const noexcept;  ///< empty when absent; names are case-insensitive
  /// Of the route, decoded: ":name", "*name", or "*" for the rest; those of the routers around it, too.
  std::string_view param(std::string_view name) const noexcept;
  std::optional<std::string> cookie(std::string_view name) const;  ///< decoded; as sent if it cannot be

  std::string_view body() const noexcept;
  /// The body as JSON. `http::Errc::unsupported_media_type` (415) if its type is no JSON, `http::Errc::bad_json` (400)
  /// if it is not valid.
  Result<duplex::json::View> json() const;
  /// A field of an urlencoded body, decoded; the first of that name.
  std::optional<std::string> form(std::string_view name) const;
  /// The body's media type, as "json", "text/*" or "application/cbor": `req.is("json")`. False without a body.
  bool is(std::string_view type) const noexcept;
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

/// The answer to one request. Ends with one of `send`, `json`, `redirect`, `end`, `defer`; a handler that does none of
/// them answers 404. A header that holds CR, LF or NUL is refused: the reply becomes a 500, and the log says why
/// (robustness H23).
class Response {
 public:
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  Response& status(int code);
  Response& header(std::string_view name,
                   std::string_view value);     ///< replaces one of the same name; Set-Cookie and Vary are added to
  Response& type(std::string_view media_type);  ///< Content-Type; "html", "json" and the like are known by extension
  std::string_view header(std::string_view name) const noexcept;    ///< what was set, or empty
  Response& append(std::string_view name, std::string_view value);  ///< "a" then "b": "a, b"; Set-Cookie: another line
  Response& vary(std::string_view field);                           ///< once, however often it is said
  /// The value is percent-encoded, as in Express. A cookie that browsers would refuse makes the reply a 500.
  Response& cookie(std::string_view name, std::string_view value, const CookieOptions& options = {});
  Response& clear_cookie(std::string_view name, CookieOptions options = {});
  /// For saving: Content-Disposition, and the type by the name's extension.
  Response& attachment(std::string_view file_name = {});
  Response& location(std::string_view url);  ///< what may not stand in a URL is percent-encoded

  void send(std::string_view body);            ///< text/html unless a type was set, as in Express
  void send(std::span<const std::byte> body);  ///< application/octet-stream unless a type was set
  void send_status(int code);                  ///< with the status' name as text: "Not Found"
  void end();                                  ///< without a body
  void json(const duplex::json::Text& body);
  template <duplex::json::writable T>
  void json(const T& value) {
    std::string text;
    duplex::json::Writer writer(text);
    duplex::json::write(writer, value);
    json(duplex::json::Text(std::move(text)));
  }
  /// A file, by GET or HEAD with conditions and ranges; its type by its name, unless one was set. Read as the client
  /// takes it. False if there is none: nothing is answered then, and what answers nothing is 404. With another status
  /// than 200 (`res.status(404).send_file("/srv/lost.html")`) it is sent whole.
  bool send_file(std::string_view path, const FileOptions& options = {});
  /// The same for saving, under this name; empty: the file's own.
  bool download(std::string_view path, std::string_view name = {}, const FileOptions& options = {});
  /// With the status that an error of this library deserves: `if (!body) return res.fail(body.error());`
  void fail(std::error_code error);
  void redirect(std::string_view location, int code = 302);
  [[nodiscard]] Reply defer();  ///< answer later, from any thread
  /// An answer that goes on: Server-Sent Events (#include <duplex/http_events.h>).
  EventStream event_stream();
  EventStream event_stream(const EventStreamOptions& options);
  /// Not for this handler after all: the routes behind it are tried, as after `next()` in Express.
  void pass() noexcept;
  bool is_answered() const noexcept;  ///< sent, or deferred

 private:
  friend struct Access;
  Response() = default;
  ResponseData* data_ = nullptr;
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
