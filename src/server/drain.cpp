// SPDX-License-Identifier: MIT
// Stopping gracefully: no new connections, answers that are due are given, WebSockets are told to come back later,
// spread over a window so that they do not all come back at once.
#include <random>

#include "net/reactor.h"
#include "server/eio/engine_loop.h"
#include "server/http/http_connection.h"
#include "server/server_impl.h"

namespace duplex {
namespace {

constexpr std::uint16_t going_away = 1001;
constexpr auto per_socket = std::chrono::milliseconds(2);  // a small server need not take the whole window
constexpr auto look_again = std::chrono::milliseconds(20);

void drain_loop(ServerLoop& loop, const std::vector<std::unique_ptr<eio::Engine>>& engines,
                const DrainOptions& options) {
  net::Reactor& reactor = loop.http.reactor;
  loop.http.draining = true;

  std::vector<ws::Handle> sockets;
  std::vector<std::uint64_t> requests;
  reactor.for_each_stream([&](net::Stream& stream) {
    if (auto* socket = dynamic_cast<ws::WsConnection*>(stream.owner())) {
      if (socket->user() == nullptr) sockets.emplace_back(stream.handle_bits());  // else it is a session's
    } else if (dynamic_cast<http::HttpConnection*>(stream.owner()) != nullptr) {
      requests.push_back(stream.handle_bits());
    }
  });
  for (const std::uint64_t bits : requests)
    if (net::Stream* stream = reactor.find(bits)) static_cast<http::HttpConnection*>(stream->owner())->start_drain();

  std::vector<std::uint64_t> sessions;
  for (const auto& engine : engines) engine->loop_of_slot(reactor.slot())->collect(sessions);

  // Whoever waits for an answer then is not told why: there is nobody left to answer.
  reactor.after(options.handlers, [&reactor] {
    reactor.for_each_stream([](net::Stream& stream) {
      if (dynamic_cast<http::HttpConnection*>(stream.owner()) != nullptr) stream.abort();
    });
  });

  const auto window = std::min(options.close_window, per_socket * static_cast<int>(sockets.size() + sessions.size()));
  std::minstd_rand random(static_cast<unsigned>(reactor.now().time_since_epoch().count()));
  std::uniform_int_distribution<std::int64_t> moment(0, window.count());
  for (const ws::Handle handle : sockets)
    reactor.after(std::chrono::milliseconds(moment(random)),
                  [handle] { handle.close(going_away, "server shutting down"); });
  for (const std::uint64_t bits : sessions)
    reactor.after(std::chrono::milliseconds(moment(random)), [bits] {
      if (eio::Session* session = eio::Session::find(bits)) session->end("server shutting down", {});
    });
}

}  // namespace

void Server::Impl::drain() {
  log->write(LogLevel::info, "server", "draining: no new connections; a second signal stops at once");
  group->close_listeners();
  for (auto& loop : loops) loop->http.reactor.post([this, &loop = *loop] { drain_loop(loop, engines, options.drain); });
  net::Reactor& first = loops.front()->http.reactor;
  first.post([this, &first] {
    first.after(options.drain.hard_stop, [this] { group->stop(); });
    stop_when_empty();
  });
}

/// Stops when the last connection has gone; looks again until then. (First loop.)
void Server::Impl::stop_when_empty() {
  std::uint64_t open = 0;
  for (const auto& loop : loops) open += loop->http.connections.get();
  each_websocket_counters([&open](const ws::WsCounters& ws) { open += ws.open.get(); });
  if (open == 0) return group->stop();
  loops.front()->http.reactor.after(look_again, [this] { stop_when_empty(); });
}

}  // namespace duplex
