// SPDX-License-Identifier: MIT
#include "server/http/router.h"

namespace duplex::http {
namespace {

bool method_matches(const std::string& wanted, std::string_view got) noexcept {
  return wanted == got || wanted == "*" || (wanted == "GET" && got == "HEAD");
}

}  // namespace

void Router::use(std::string_view prefix, Middleware middleware) {
  layers_.push_back({.kind = Layer::Kind::middleware,
                     .pattern = {prefix, Pattern::Kind::prefix},
                     .middleware = std::move(middleware)});
}

void Router::route(std::string_view method, std::string_view path, Handler handler) {
  layers_.push_back({.kind = Layer::Kind::route,
                     .pattern = {path, Pattern::Kind::exact},
                     .method = std::string(method),
                     .handler = std::move(handler)});
}

void Router::websocket(std::string_view path, std::size_t number) {
  layers_.push_back({.kind = Layer::Kind::websocket, .pattern = {path, Pattern::Kind::exact}, .endpoint = number});
}

void Router::mount(Mount mount) {
  layers_.push_back({.kind = Layer::Kind::mount,
                     .pattern = {"/", Pattern::Kind::prefix},
                     .mount = std::make_unique<Mount>(std::move(mount))});
}

Router::UpgradeTarget Router::find_upgrade(Request& request, Response& response) {
  RequestData& data = Access::data(request);
  for (Layer& layer : layers_) {
    data.params.clear();
    switch (layer.kind) {
      case Layer::Kind::middleware:
        if (layer.pattern.matches(request.path(), data.params) && layer.middleware(request, response) == done)
          return {UpgradeTarget::Kind::answered};
        if (Access::data(response).answered) return {UpgradeTarget::Kind::answered};
        break;
      case Layer::Kind::websocket:
        if (layer.pattern.matches(request.path(), data.params)) return {UpgradeTarget::Kind::endpoint, layer.endpoint};
        break;
      case Layer::Kind::mount:
        if (request.target().starts_with(layer.mount->prefix))
          return {UpgradeTarget::Kind::mount, 0, layer.mount.get()};
        break;
      case Layer::Kind::route:
        break;
    }
  }
  return {};
}

bool Router::dispatch(Request& request, Response& response) {
  RequestData& data = Access::data(request);
  for (Layer& layer : layers_) {
    data.params.clear();
    switch (layer.kind) {
      case Layer::Kind::middleware:
        if (layer.pattern.matches(request.path(), data.params) && layer.middleware(request, response) == done)
          return true;
        break;
      case Layer::Kind::route:
        if (!method_matches(layer.method, request.method()) || !layer.pattern.matches(request.path(), data.params))
          break;
        layer.handler(request, response);
        return true;
      case Layer::Kind::mount:
        if (!request.target().starts_with(layer.mount->prefix)) break;
        layer.mount->on_request(request, response);
        return true;
      case Layer::Kind::websocket:
        break;
    }
    if (Access::data(response).answered) return true;
  }
  return false;
}

Mount* Router::find_mount(std::string_view target) const noexcept {
  for (const Layer& layer : layers_)
    if (layer.kind == Layer::Kind::mount && target.starts_with(layer.mount->prefix)) return layer.mount.get();
  return nullptr;
}

std::size_t Router::body_limit(std::string_view target, std::size_t otherwise) const noexcept {
  const Mount* mount = find_mount(target);
  return mount != nullptr ? mount->max_body : otherwise;
}

bool Router::is_websocket(std::string_view path) const {
  Params unused;
  for (const Layer& layer : layers_)
    if (layer.kind == Layer::Kind::websocket && layer.pattern.matches(path, unused)) return true;
  return false;
}

}  // namespace duplex::http
