// SPDX-License-Identifier: MIT
#include <duplex/http_router.h>

#include "server/http/route_table.h"
#include "server/http/static_files.h"

namespace duplex::http {

Router::Router() : table_(std::make_unique<RouteTable>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Router& Router::use(Middleware middleware) { return use("/", std::move(middleware)); }
Router& Router::use(std::string_view prefix, Middleware middleware) {
  table_->use(prefix, std::move(middleware));
  return *this;
}
Router& Router::use(std::string_view prefix, Router router) {
  table_->use(prefix, std::move(router.table_));
  return *this;
}
Router& Router::route(std::string_view method, std::string_view path, Handler handler) {
  table_->route(method, path, std::move(handler));
  return *this;
}
Router& Router::get(std::string_view path, Handler handler) { return route("GET", path, std::move(handler)); }
Router& Router::post(std::string_view path, Handler handler) { return route("POST", path, std::move(handler)); }
Router& Router::put(std::string_view path, Handler handler) { return route("PUT", path, std::move(handler)); }
Router& Router::patch(std::string_view path, Handler handler) { return route("PATCH", path, std::move(handler)); }
Router& Router::del(std::string_view path, Handler handler) { return route("DELETE", path, std::move(handler)); }
Router& Router::all(std::string_view path, Handler handler) { return route("*", path, std::move(handler)); }
Router& Router::files(std::string_view prefix, Files files) {
  table_->use(prefix, serve_files(std::move(files)));
  return *this;
}
Router& Router::cors(Cors options) {
  table_->cors("/", std::move(options));
  return *this;
}
Router& Router::on_error(ErrorHandler handler) {
  table_->on_error(std::move(handler));
  return *this;
}

}  // namespace duplex::http
