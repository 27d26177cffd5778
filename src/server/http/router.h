// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
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

/// What a server serves, tried in the order in which it was said. Set before the server starts; then read by every
/// loop.
class Router {
 public:
  void use(std::string_view prefix, Middleware middleware);
  void route(std::string_view method, std::string_view path, Handler handler);
  /// A WebSocket endpoint: `number` names it for the loops, which each have their own view of it.
  void websocket(std::string_view path, std::size_t number);
  void mount(Mount mount);

  /// What to do with a request that wants to become a WebSocket.
  struct UpgradeTarget {
    enum class Kind : unsigned char { none, endpoint, mount, answered } kind = Kind::none;
    std::size_t endpoint = 0;
    Mount* mount = nullptr;
  };
  /// Runs the middlewares before it and says who takes the upgrade; `answered` if a middleware did.
  UpgradeTarget find_upgrade(Request& request, Response& response);
  /// Runs what matches until something answers. False if nothing did.
  bool dispatch(Request& request, Response& response);
  /// The largest body that whoever serves this target takes, or `otherwise`.
  std::size_t body_limit(std::string_view target, std::size_t otherwise) const noexcept;
  /// The mount that serves this target, or null.
  Mount* find_mount(std::string_view target) const noexcept;
  /// True if the path is a WebSocket endpoint's: an ordinary request for it deserves 426, not 404.
  bool is_websocket(std::string_view path) const;

 private:
  struct Layer {
    enum class Kind : unsigned char { middleware, route, websocket, mount } kind;
    Pattern pattern;
    std::string method = {};
    Middleware middleware = {};
    Handler handler = {};
    std::size_t endpoint = 0;
    std::unique_ptr<Mount> mount = {};
  };
  std::vector<Layer> layers_;
};

}  // namespace duplex::http
