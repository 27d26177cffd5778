// SPDX-License-Identifier: MIT
#include "server/eio/engine.h"

#include <algorithm>

#include "connection/ws_connection.h"
#include "server/eio/engine_loop.h"
#include "server/http/http_connection.h"
#include "server/server_impl.h"

namespace duplex::eio {
namespace {

/// A WebSocket as the engine sees it: its user is the session, until the session has let go of it.
template <class F>
void with_session(ws::Socket& socket, F&& f) {
  ws::WsConnection& connection = ws::WsConnection::of(socket);
  if (auto* session = static_cast<Session*>(connection.user())) f(*session, connection);
}

ws::Handlers websocket_handlers(const EngineOptions& options) {
  ws::Handlers h;
  h.on_open = [](ws::Socket& s, const http::Request&) {
    with_session(s, [](Session& session, ws::WsConnection& connection) { session.on_websocket_open(connection); });
  };
  h.on_message = [](ws::Socket& s, ws::Message message) {
    with_session(
        s, [&](Session& session, ws::WsConnection& connection) { session.on_websocket_message(connection, message); });
  };
  h.on_drain = [](ws::Socket& s) {
    with_session(s, [](Session& session, ws::WsConnection& connection) { session.on_websocket_drain(connection); });
  };
  h.on_error = [](ws::Socket& s, const ws::Error& error) {
    with_session(
        s, [&](Session& session, ws::WsConnection& connection) { session.on_websocket_error(connection, error); });
  };
  h.on_close = [](ws::Socket& s, ws::Close close) {
    with_session(
        s, [&](Session& session, ws::WsConnection& connection) { session.on_websocket_close(connection, close); });
  };
  h.max_message = options.max_http_buffer;
  h.idle_timeout = h.ping_interval = std::chrono::milliseconds(0);  // Engine.IO has a heartbeat of its own
  h.soft_limit = options.soft_limit;
  h.hard_limit = options.hard_limit;
  h.compression = options.per_message_deflate;
  h.origins = options.origins;
  h.origins.insert(h.origins.end(), options.cors.origins.begin(), options.cors.origins.end());
  if (options.cors.reflect_origin) h.origins.emplace_back("*");
  h.require_origin = options.require_origin;
  return h;
}

}  // namespace

Engine::Engine(EngineOptions options, Handlers handlers)
    : options_(std::move(options)), handlers_(std::move(handlers)), websocket_(websocket_handlers(options_)) {}
Engine::~Engine() = default;

bool Engine::takes(Transport transport) const noexcept {
  return std::find(options_.transports.begin(), options_.transports.end(), transport) != options_.transports.end();
}

void Engine::add_loop(ServerLoop& loop) {
  loops_.push_back(std::make_unique<EngineLoop>(*this, loop.http.reactor, loop.ws, websocket_, loop.sessions));
  by_slot_[static_cast<std::size_t>(loop.http.reactor.slot())] = loops_.back().get();
}

http::Mount Engine::mount() {
  auto loop_of = [this](const http::HttpConnection& connection) -> EngineLoop& {
    return *loop_of_slot(connection.loop().reactor.slot());
  };
  http::Mount mount{.prefix = options_.path, .max_body = options_.max_http_buffer};
  mount.on_request = [loop_of](http::Request& request, http::Response& response) {
    loop_of(*http::Access::data(request).connection).on_request(request, response);
  };
  mount.on_upgrade = [loop_of](http::Request& request, http::HttpConnection& connection) {
    loop_of(connection).on_upgrade(request, connection);
  };
  mount.bare_413 = true;
  mount.on_body_begin = [loop_of](const http::Request& request) {
    return loop_of(*http::Access::data(request).connection).on_body_begin(request);
  };
  mount.on_body_end = [loop_of](http::HttpConnection& connection, std::uint64_t body, bool aborted) {
    loop_of(connection).on_body_end(body, aborted);
  };
  return mount;
}

std::uint64_t Engine::sessions() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& loop : loops_) sum += loop->sessions();
  return sum;
}

Engine::Sent Engine::sent() const noexcept {
  Sent sum;
  for (const auto& loop : loops_) {
    sum.packets += loop->websocket_counters().messages_out.get() + loop->polled().packets.get();
    sum.bytes += loop->websocket_counters().bytes_out.get() + loop->polled().bytes.get();
  }
  return sum;
}

void Engine::close_all(std::string_view reason) {
  for (const auto& loop : loops_) loop->reactor().post([&loop = *loop, reason] { loop.close_all(reason); });
}

void Engine::end_all(std::string_view reason) {
  for (const auto& loop : loops_) loop->reactor().call([&loop = *loop, reason] { loop.close_all(reason); });
}

}  // namespace duplex::eio
