// SPDX-License-Identifier: MIT
#include <duplex/server.h>

#include <algorithm>
#include <system_error>

#include "connection/loop_access.h"
#include "net/backend.h"
#include "server/http/http_connection.h"
#include "server/http/static_files.h"
#include "server/server_impl.h"
#include "server/sio/client_files.h"

namespace duplex {
namespace {

static_assert(static_cast<int>(ClientCertificates::require) == static_cast<int>(net::TlsClients::require));

net::TlsContext::Loaded load_tls(const TlsOptions& wanted) {
  const auto either = [](const std::string& pem, const std::string& file) { return pem.empty() ? file : pem; };
  net::TlsOptions options;
  options.certificates = {{either(wanted.cert_pem, wanted.cert_file), either(wanted.key_pem, wanted.key_file)}};
  if (wanted.self_signed) {
    auto made = net::self_signed();
    if (!made) return {nullptr, "no certificate can be made: " + made.error().message()};
    options.certificates = {std::move(*made)};
  }
  for (const TlsCertificate& each : wanted.more)
    options.certificates.push_back({either(each.cert_pem, each.cert_file), either(each.key_pem, each.key_file)});
  options.clients = static_cast<net::TlsClients>(wanted.client_certificates);
  options.client_ca = either(wanted.client_ca_pem, wanted.client_ca_file);
  return net::TlsContext::load(std::move(options));
}

net::BackendKind kind_of(Backend backend) noexcept {
  switch (backend) {
    case Backend::epoll:
      return net::BackendKind::epoll;
    case Backend::io_uring:
      return net::BackendKind::io_uring;
    case Backend::automatic:
      break;
  }
  return net::BackendKind::automatic;
}

}  // namespace

Server::Impl::Impl(ServerOptions the_options, std::vector<std::unique_ptr<net::Backend>> backends)
    : options(std::move(the_options)), log(std::make_shared<Log>(std::move(options.log), options.log_level)) {
  net::ReactorOptions reactor_options;
  reactor_options.log = log;
  reactor_options.stall_limit = options.stall_limit;
  reactor_options.max_connections = options.max_connections;
  reactor_options.spin = options.spin;
  if (backends.empty()) {
    auto made = net::ReactorGroup::make(options.threads, reactor_options, kind_of(options.backend));
    if (!made && net::backend_by_name(kind_of(options.backend)) == net::BackendKind::io_uring) {
      // Told by `start`, as everything is that keeps a server from starting; its loops must be something meanwhile.
      start_refused = made.error();
      start_error = "io_uring cannot be used here (" + start_refused.message() +
                    "): choose another backend, or find what forbids it (kernel.io_uring_disabled, seccomp)";
      made = net::ReactorGroup::make(options.threads, reactor_options, net::BackendKind::epoll);
    }
    if (!made) throw std::system_error(made.error(), "duplex: no event loop can be made");
    group = std::move(*made);
  } else {
    group = std::make_unique<net::ReactorGroup>(std::move(backends), reactor_options);
  }
  for (std::size_t i = 0; i < group->size(); ++i) {
    loops.push_back(std::make_unique<ServerLoop>((*group)[i], router, options.http, inflate_budget, hubs));
    hubs.hubs.push_back(&loops.back()->hub);
  }
  first_loop = LoopAccess::over((*group)[0]);
}

Server::Impl::~Impl() {
  group->stop();
  // A session between two polls has no stream whose end would tell its owner.
  for (auto& engine : engines) engine->end_all("server shutting down");
  group->close_all();  // its handlers may use every loop's state, and the server
  group.reset();
}

Result<void> Server::Impl::start() {
  if (started) return {};
  if (start_refused) return start_refused;
  if (!router.error().empty()) {
    start_error = router.error();
    return Errc::bad_argument;
  }
  if (io && !io->fault().empty()) {
    start_error = io->fault();
    return Errc::bad_argument;
  }
  if (auto listening = listen(); !listening) return listening.error();
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    for (auto& loop : loops) {
      loop->http.endpoints.emplace_back(endpoints[i].path, endpoints[i].handlers, loop->ws);
      loop->http.endpoints.back().hub = &loop->hub;
    }
  for (auto& engine : engines)
    for (auto& loop : loops) engine->add_loop(*loop);
  std::size_t largest = 0;
  for (const Endpoint& endpoint : endpoints) largest = std::max(largest, endpoint.handlers.max_message);
  for (const auto& engine : engines) largest = std::max(largest, engine->options().max_http_buffer);
  inflate_budget.set_limit(ws::default_inflate_budget(largest));
  if (io) io->begin_running();
  started = true;
  return {};
}

ServerLoop& Server::Impl::loop_of(const net::Reactor& reactor) noexcept {
  std::size_t i = 0;
  while (&loops[i]->http.reactor != &reactor) ++i;
  return *loops[i];
}

Result<void> Server::Impl::listen() {
  net::ListenOptions listen_options;
  if (options.tls.enabled()) {
    auto loaded = load_tls(options.tls);
    if (!loaded.context) {
      start_error = std::move(loaded.error);
      return Errc::bad_certificate;
    }
    listen_options.tls = tls = std::move(loaded.context);
  }
  const bool inherited = options.listen_descriptor >= 0;
  listen_options.descriptor = options.listen_descriptor;
  listen_options.inherited = inherited;
  const auto address =
      inherited ? Result<net::Address>(net::Address()) : net::Address::parse(options.host, options.port);
  if (!address) {
    start_error =
        "cannot listen on \"" + options.host + "\": give an IPv4 or IPv6 address, \"localhost\", or \"unix:/path\"";
    return address.error();
  }
  if (!inherited && !may_be_reached_at(*address)) return Errc::bad_argument;
  const auto bound = group->listen(*address, listen_options, [this](net::Stream& stream) {
    http::HttpConnection::open(stream, loop_of(stream.reactor()).http);
  });
  if (!bound) {
    const std::string where =
        inherited ? "descriptor " + std::to_string(options.listen_descriptor) : net::Address(*address).text();
    start_error = "cannot listen on " + where + ": " +
                  (bound.error() == Errc::address_in_use
                       ? "the port is taken by another process; choose another, or stop that process"
                       : bound.error().message());
    return bound.error();
  }
  port = bound->port;
  if (inherited && !may_be_reached_at(*bound)) return Errc::bad_argument;
  if (inherited) options.host = bound->kind == net::Address::Kind::unix_path ? bound->text() : bound->host;
  return {};
}

/// Whoever can connect there may do what the admin page may do, if it asks for no password.
bool Server::Impl::may_be_reached_at(const net::Address& address) {
  if (!io || !io->is_unguarded() || address.is_local()) return true;
  start_error = "the admin UI has no password, and others can reach " + address.text() +
                ": give it a password hash (`duplex hash-password` makes one), or listen on 127.0.0.1";
  return false;
}

// -- the public face --------------------------------------------------------------------------------------------------

Server::Server(ServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options), std::vector<std::unique_ptr<net::Backend>>())) {}
Server::~Server() = default;

std::unique_ptr<Server> ServerAccess::over(ServerOptions options, std::vector<std::unique_ptr<net::Backend>> backends) {
  ServerOptions none;
  none.threads = 1;
  auto server = std::make_unique<Server>(std::move(none));
  server->impl_ = std::make_unique<Server::Impl>(std::move(options), std::move(backends));
  return server;
}

Server& Server::ws(std::string_view path, ws::Handlers handlers) {
  impl_->router.websocket(path, impl_->endpoints.size());
  impl_->endpoints.push_back({std::string(path), std::move(handlers)});
  return *this;
}
Server& Server::use(http::Middleware middleware) { return use("/", std::move(middleware)); }
Server& Server::use(std::string_view prefix, http::Middleware middleware) {
  impl_->router.use(prefix, std::move(middleware));
  return *this;
}
Server& Server::route(std::string_view method, std::string_view path, http::Handler handler) {
  impl_->router.route(method, path, std::move(handler));
  return *this;
}
Server& Server::get(std::string_view path, http::Handler handler) { return route("GET", path, std::move(handler)); }
Server& Server::post(std::string_view path, http::Handler handler) { return route("POST", path, std::move(handler)); }
Server& Server::put(std::string_view path, http::Handler handler) { return route("PUT", path, std::move(handler)); }
Server& Server::patch(std::string_view path, http::Handler handler) { return route("PATCH", path, std::move(handler)); }
Server& Server::del(std::string_view path, http::Handler handler) { return route("DELETE", path, std::move(handler)); }
Server& Server::files(std::string_view prefix, http::Files files) {
  impl_->router.use(prefix, http::serve_files(std::move(files)));
  return *this;
}
Server& Server::use(std::string_view prefix, http::Router router) {
  impl_->router.use(prefix, http::RouterAccess::take(std::move(router)));
  return *this;
}
Server& Server::all(std::string_view path, http::Handler handler) { return route("*", path, std::move(handler)); }
Server& Server::on_error(http::ErrorHandler handler) {
  impl_->router.on_error(std::move(handler));
  return *this;
}
Server& Server::cors(http::Cors options) { return cors("/", std::move(options)); }
Server& Server::cors(std::string_view prefix, http::Cors options) {
  impl_->router.cors(prefix, std::move(options));
  return *this;
}
Server& Server::compress(http::Compress options) {
  impl_->router.compress = options;
  return *this;
}
Server& Server::etags(http::Etag kind) {
  impl_->router.etags = kind;
  return *this;
}
Server& Server::limit_body(std::string_view prefix, std::size_t bytes) {
  impl_->router.limit_body(prefix, bytes);
  return *this;
}

Server& Server::engine(eio::EngineOptions options, eio::Handlers handlers) {
  impl_->engines.push_back(std::make_unique<eio::Engine>(std::move(options), std::move(handlers)));
  impl_->router.mount(impl_->engines.back()->mount());
  return *this;
}

sio::Io& Server::io() { return io(sio::Options()); }
sio::Io& Server::io(sio::Options options) {
  if (impl_->io) return impl_->io->io();
  eio::EngineOptions engine_options = std::move(options.engine);
  options.engine.max_http_buffer = engine_options.max_http_buffer;
  options.engine.hard_limit = engine_options.hard_limit;
  impl_->io = std::make_unique<sio::IoCore>(std::move(options), impl_->log);
  for (auto& loop : impl_->loops) impl_->io->add_loop(loop->http.reactor);
  if (const std::string& folder = impl_->io->options().serve_client; !folder.empty()) {
    std::string error;
    auto files = sio::serve_client_files(folder, engine_options.path, engine_options.cors, error);
    if (error.empty())
      use(std::move(files));
    else
      impl_->router.refuse(std::move(error));
  }
  engine(std::move(engine_options), impl_->io->handlers());
  impl_->io->stand_on(*impl_->engines.back());
  return impl_->io->start();
}

void Server::publish(std::string_view room, ws::Message message, ws::SendOptions options) {
  server::Hub::publish_from_anywhere(impl_->hubs, room, message, options);
}
Server& Server::room(std::string_view room, ws::Overflow policy) {
  impl_->hubs.policies[std::string(room)] = policy;
  return *this;
}

Result<void> Server::start() { return impl_->start(); }
const std::string& Server::start_error() const noexcept { return impl_->start_error; }
int Server::port() const noexcept { return impl_->port; }
std::string Server::url() const {
  if (impl_->options.host.starts_with("unix:")) return impl_->options.host;
  const std::string& host = impl_->options.host;
  const bool any = host == "0.0.0.0" || host == "::" || host.empty();
  const std::string shown = any ? "localhost" : host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return (impl_->tls ? "https://" : "http://") + shown + ":" + std::to_string(impl_->port);
}
void Server::run() { impl_->group->run(); }
void Server::drain() {
  if (!impl_->draining.exchange(true)) impl_->drain();
}
void Server::stop() { impl_->group->stop(); }
Result<void> Server::reload_certificates() {
  if (!impl_->tls) return {};
  const std::string why = impl_->tls->reload();
  if (why.empty()) {
    impl_->log->write(LogLevel::info, "tls", "the certificates were read again");
    return {};
  }
  impl_->log->write(LogLevel::error, "tls", "the certificates stay as they are: " + why);
  return Errc::bad_certificate;
}
Loop& Server::loop() { return *impl_->first_loop; }

ServerStats Server::stats() const {
  ServerStats sum;
  for (const auto& loop : impl_->loops) {
    sum.accepted += loop->http.accepted.get();
    sum.requests += loop->http.requests.get();
    sum.connections += loop->http.connections.get();
  }
  impl_->each_websocket_counters([&sum](const ws::WsCounters& ws) {
    sum.websockets += ws.open.get();
    sum.connections += ws.open.get();
    sum.messages_in += ws.messages_in.get();
    sum.messages_out += ws.messages_out.get();
    sum.bytes_in += ws.bytes_in.get();
    sum.bytes_out += ws.bytes_out.get();
    sum.dropped += ws.dropped.get();
    sum.conflated += ws.conflated.get();
    sum.slow_disconnects += ws.slow_disconnects.get();
  });
  return sum;
}

}  // namespace duplex
