// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http_router.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/http/exchange.h"

namespace duplex::http {

/// Something that serves a part of the server by rules of its own: Engine.IO. Tried in order with the routes.
struct Mount {
  std::string prefix;        ///< of the raw request target
  std::size_t max_body = 0;  ///< bytes
  Function<void(Request&, Response&)> on_request = {};
  /// A request to become a WebSocket: answers it on the connection (see HttpConnection::accept_upgrade,
  /// refuse_upgrade).
  Function<void(Request&, HttpConnection&)> on_upgrade = {};
  /// The head of a request has come and its body follows: what is returned names it, if it is not 0, and comes back
  /// exactly once, before `on_request`; or when it will never be whole because the client gave up (`aborted`) or it was
  /// refused.
  Function<std::uint64_t(const Request&)> on_body_begin = {};
  Function<void(HttpConnection&, std::uint64_t body, bool aborted)> on_body_end = {};
  bool bare_413 = false;  ///< a body that is too large is refused without words
};

/// What a server, or a router of its, serves: tried in the order in which it was said. Set before the server starts;
/// then read by every loop. What a handler throws is a failure, for the error handlers behind it.
class RouteTable {
 public:
  void use(std::string_view prefix, Middleware middleware);
  void use(std::string_view prefix, std::unique_ptr<RouteTable> table);
  void cors(std::string_view prefix, Cors options);
  void route(std::string_view method, std::string_view path, Handler handler);
  void on_error(ErrorHandler handler);
  /// A WebSocket endpoint: `number` names it for the loops, which each have their own view of it.
  void websocket(std::string_view path, std::size_t number);
  void mount(Mount mount);
  /// A larger or smaller limit than the server's for the bodies of what is behind the prefix.
  void limit_body(std::string_view prefix, std::size_t bytes);
  /// What cannot be served as it was said; the server will not start. The first one counts.
  void refuse(std::string why);
  std::optional<Compress> compress;
  Etag etags = Etag::weak;
  const std::string& error() const noexcept { return error_; }

  /// How far a request came.
  struct Outcome {
    enum class Kind : unsigned char {
      none,      ///< nothing here is for it
      answered,  ///< or will be
      failed,
      endpoint,  ///< of an upgrade
      mount,     ///< of an upgrade
    } kind = Kind::none;
    std::size_t endpoint = 0;
    Mount* mount = nullptr;
    Failure failure = {};
  };
  /// What to do with a request that wants to become a WebSocket: runs the middlewares before whoever takes it.
  Outcome find_upgrade(Request& request, Response& response);
  /// Runs what matches until something answers.
  Outcome dispatch(Request& request, Response& response);

  /// The largest body that whoever serves this target takes, or `otherwise`.
  std::size_t body_limit(std::string_view target, std::size_t otherwise) const noexcept;
  /// The mount that serves this target, or null.
  Mount* find_mount(std::string_view target) const noexcept;
  /// True if the path is a WebSocket endpoint's: an ordinary request for it deserves 426, not 404.
  bool is_websocket(std::string_view path) const;

 private:
  struct Layer {
    enum class Kind : unsigned char { middleware, route, websocket, mount, table, error_handler } kind;
    Pattern pattern;
    std::string method = {};
    Middleware middleware = {};
    Handler handler = {};
    ErrorHandler error_handler = {};
    std::size_t endpoint = 0;
    std::unique_ptr<Mount> mount = {};
    std::unique_ptr<RouteTable> table = {};
  };
  struct BodyLimit {
    Pattern pattern;
    std::size_t bytes;
  };
  struct Walk;

  void add(Layer layer);
  bool run(Walk& walk);
  bool run_layer(Layer& layer, Walk& walk, std::vector<std::string_view>& allowed);
  bool call(Layer& layer, Walk& walk);

  std::vector<Layer> layers_;
  std::vector<BodyLimit> body_limits_;
  std::string error_;
};

struct RouterAccess {
  static std::unique_ptr<RouteTable> take(Router&& router) noexcept { return std::move(router.table_); }
};

}  // namespace duplex::http
