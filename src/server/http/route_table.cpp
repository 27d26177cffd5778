// SPDX-License-Identifier: MIT
#include "server/http/route_table.h"

#include <algorithm>

#include "server/http/cors.h"
#include "server/http/method_list.h"

namespace duplex::http {
namespace {

bool method_matches(const std::string& wanted, std::string_view got) noexcept {
  return wanted == got || wanted == "*" || (wanted == "GET" && got == "HEAD");
}

}  // namespace

/// A request on its way through a table and the tables in it.
struct RouteTable::Walk {
  Request& request;
  Response& response;
  bool upgrade;  // only middlewares, endpoints and mounts matter
  Outcome outcome = {};
  bool failed = false;

  RequestData& in() const noexcept { return Access::data(request); }
  ResponseData& out() const noexcept { return Access::data(response); }
  void fail(int status, std::string text) {
    failed = true;
    outcome.failure = {status, std::move(text)};
  }
  bool end(Outcome::Kind kind) noexcept {
    outcome.kind = kind;
    return true;
  }
};

// -- saying what is served --------------------------------------------------------------------------------------------

void RouteTable::add(Layer layer) {
  if (!layer.pattern.error().empty()) refuse("the path \"" + layer.pattern.text() + "\": " + layer.pattern.error());
  layers_.push_back(std::move(layer));
}

void RouteTable::refuse(std::string why) {
  if (error_.empty()) error_ = std::move(why);
}

void RouteTable::use(std::string_view prefix, Middleware middleware) {
  add({.kind = Layer::Kind::middleware,
       .pattern = {prefix, Pattern::Kind::prefix},
       .middleware = std::move(middleware)});
}

void RouteTable::use(std::string_view prefix, std::unique_ptr<RouteTable> table) {
  if (!table->error_.empty()) refuse(table->error_);
  add({.kind = Layer::Kind::table, .pattern = {prefix, Pattern::Kind::prefix}, .table = std::move(table)});
}

void RouteTable::route(std::string_view method, std::string_view path, Handler handler) {
  add({.kind = Layer::Kind::route,
       .pattern = {path, Pattern::Kind::exact},
       .method = std::string(method),
       .handler = std::move(handler)});
}

void RouteTable::cors(std::string_view prefix, Cors options) {
  if (const std::string_view fault = fault_of(options); !fault.empty()) refuse(std::string(fault));
  use(prefix, cors_middleware(std::move(options)));
}

void RouteTable::on_error(ErrorHandler handler) {
  add({.kind = Layer::Kind::error_handler,
       .pattern = {"/", Pattern::Kind::prefix},
       .error_handler = std::move(handler)});
}

void RouteTable::websocket(std::string_view path, std::size_t number) {
  add({.kind = Layer::Kind::websocket, .pattern = {path, Pattern::Kind::exact}, .endpoint = number});
}

void RouteTable::mount(Mount mount) {
  add({.kind = Layer::Kind::mount,
       .pattern = {"/", Pattern::Kind::prefix},
       .mount = std::make_unique<Mount>(std::move(mount))});
}

void RouteTable::limit_body(std::string_view prefix, std::size_t bytes) {
  body_limits_.push_back({{prefix, Pattern::Kind::prefix}, bytes});
}

// -- serving ----------------------------------------------------------------------------------------------------------

RouteTable::Outcome RouteTable::find_upgrade(Request& request, Response& response) {
  Walk walk{request, response, true};
  run(walk);
  if (walk.failed && walk.outcome.kind == Outcome::Kind::none) walk.outcome.kind = Outcome::Kind::failed;
  return walk.outcome;
}

RouteTable::Outcome RouteTable::dispatch(Request& request, Response& response) {
  Walk walk{request, response, false};
  run(walk);
  if (walk.failed && walk.outcome.kind == Outcome::Kind::none) walk.outcome.kind = Outcome::Kind::failed;
  return walk.outcome;
}

/// True if the request needs nothing more.
bool RouteTable::run(Walk& walk) {
  std::vector<std::string_view> allowed;  // to OPTIONS: methods of the routes that match
  for (Layer& layer : layers_)
    if (run_layer(layer, walk, allowed)) return true;
  if (walk.failed || allowed.empty() || walk.upgrade) return false;
  Access::data(walk.response).etags = Etag::off;
  answer_options(walk.response, std::move(allowed));
  return walk.end(Outcome::Kind::answered);
}

bool RouteTable::run_layer(Layer& layer, Walk& walk, std::vector<std::string_view>& allowed) {
  using Kind = Layer::Kind;
  const bool of_upgrade = layer.kind == Kind::websocket;
  const bool of_request = layer.kind == Kind::route || layer.kind == Kind::error_handler;
  if (walk.upgrade ? of_request : of_upgrade) return false;
  if (walk.failed != (layer.kind == Kind::error_handler)) return false;
  if (layer.kind == Kind::mount) {
    if (!walk.request.target().starts_with(layer.mount->prefix)) return false;
    walk.outcome.mount = layer.mount.get();
    return walk.upgrade ? walk.end(Outcome::Kind::mount) : call(layer, walk);
  }

  RequestData& in = walk.in();
  const std::size_t base = in.base, params = in.params.size();
  std::size_t used = 0;
  const Pattern::Match match = layer.pattern.match(walk.request.subpath(), in.params, used);
  if (match == Pattern::Match::no) return false;
  if (match == Pattern::Match::undecodable) {
    if (!walk.failed) walk.fail(400, "a parameter of the path is not valid percent-encoded UTF-8");
    return false;
  }
  bool ended = false;
  if (layer.kind == Kind::websocket) {
    walk.outcome.endpoint = layer.endpoint;
    ended = walk.end(Outcome::Kind::endpoint);
  } else if (layer.kind == Kind::route) {
    if (method_matches(layer.method, walk.request.method()))
      ended = call(layer, walk);
    else if (walk.request.method() == "OPTIONS")
      add_methods(allowed, layer.method);
  } else {
    in.base = std::min(base + used, walk.request.path().size());
    if (used != 0 && walk.request.path()[in.base - 1] == '/') --in.base;  // a base ends without a slash
    ended = layer.kind == Kind::table ? layer.table->run(walk) : call(layer, walk);
  }
  if (!ended) {
    in.base = base;
    in.params.truncate(params);
  }
  return ended;
}

/// Runs what the user gave. An exception is a failure: the error handlers behind it hear of it, nobody else.
bool RouteTable::call(Layer& layer, Walk& walk) {
  bool ended = true;
  try {
    switch (layer.kind) {
      case Layer::Kind::middleware:
        ended = layer.middleware(walk.request, walk.response) == done;
        break;
      case Layer::Kind::error_handler: {
        const Failure failure = walk.outcome.failure;
        ended = layer.error_handler(failure, walk.request, walk.response) == done;
        break;
      }
      case Layer::Kind::mount:
        Access::data(walk.response).etags = Etag::off;  // what a protocol answers is no document of ours
        Access::data(walk.response).conditional = false;
        layer.mount->on_request(walk.request, walk.response);
        break;
      default:
        walk.out().passed = false;
        layer.handler(walk.request, walk.response);
        ended = !walk.out().passed;
    }
  } catch (const Error& e) {
    walk.fail(e.status(), e.what());
    ended = false;
  } catch (const std::exception& e) {
    walk.fail(500, *e.what() != '\0' ? e.what() : "an exception without a text");
    ended = false;
  } catch (...) {
    walk.fail(500, "something that is not a std::exception");
    ended = false;
  }
  if (!ended && !walk.failed && !walk.out().answered) return false;
  if (walk.failed && !ended && !walk.out().answered) return false;
  if (walk.failed && !ended) return walk.end(Outcome::Kind::failed);  // answered first, thrown then
  return walk.end(Outcome::Kind::answered);
}

// -- asking -----------------------------------------------------------------------------------------------------------

Mount* RouteTable::find_mount(std::string_view target) const noexcept {
  for (const Layer& layer : layers_)
    if (layer.kind == Layer::Kind::mount && target.starts_with(layer.mount->prefix)) return layer.mount.get();
  return nullptr;
}

std::size_t RouteTable::body_limit(std::string_view target, std::size_t otherwise) const noexcept {
  if (const Mount* mount = find_mount(target)) return mount->max_body;
  for (const BodyLimit& limit : body_limits_)
    if (limit.pattern.matches(target.substr(0, target.find('?')))) return limit.bytes;
  return otherwise;
}

bool RouteTable::is_websocket(std::string_view path) const {
  for (const Layer& layer : layers_)
    if (layer.kind == Layer::Kind::websocket && layer.pattern.matches(path)) return true;
  return false;
}

}  // namespace duplex::http
