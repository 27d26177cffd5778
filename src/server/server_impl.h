// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/server.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/log.h"
#include "net/reactor_group.h"
#include "net/tls.h"
#include "server/eio/engine.h"
#include "server/eio/engine_loop.h"
#include "server/eio/session_table.h"
#include "server/http/http_loop.h"
#include "server/sio/io_core.h"
#include "server/ws/hub.h"

namespace duplex {

/// What a server has on each of its loops. No other loop writes to its cache lines.
struct alignas(64) ServerLoop {
  ServerLoop(net::Reactor& reactor, http::RouteTable& router, const http::Limits& limits, ws::InflateBudget& budget,
             server::HubGroup& group)
      : http(reactor, router, limits), ws(reactor, &budget), hub(ws, group), sessions(reactor) {}

  http::HttpLoop http;
  ws::WsLoop ws;
  server::Hub hub;
  eio::SessionTable sessions;
};

struct Server::Impl {
  /// `backends`: the loops' system calls; empty: the kernel's, as many loops as the options say.
  Impl(ServerOptions the_options, std::vector<std::unique_ptr<net::Backend>> backends);
  ~Impl();

  Result<void> start();
  Result<void> listen();
  bool may_be_reached_at(const net::Address& address);
  void drain();
  void stop_when_empty();
  ServerLoop& loop_of(const net::Reactor& reactor) noexcept;
  /// Calls `visit(const ws::WsCounters&)` with those of every loop, and of every engine on it. Any thread.
  template <class F>
  void each_websocket_counters(F&& visit) const {
    for (const auto& loop : loops) visit(loop->ws.counters());
    for (const auto& engine : engines)
      for (const auto& loop : engine->loops()) visit(loop->websocket_counters());
  }

  struct Endpoint {
    std::string path;
    ws::Handlers handlers;
  };

  ServerOptions options;
  std::shared_ptr<Log> log;
  http::RouteTable router;
  std::deque<Endpoint> endpoints;
  server::HubGroup hubs;
  ws::InflateBudget inflate_budget{ws::default_inflate_budget(0)};
  std::unique_ptr<net::ReactorGroup> group;
  std::vector<std::unique_ptr<eio::Engine>> engines;
  std::unique_ptr<sio::IoCore> io;  // outlives the loops' connections
  std::vector<std::unique_ptr<ServerLoop>> loops;
  std::shared_ptr<net::TlsContext> tls;
  std::unique_ptr<Loop> first_loop;
  std::string start_error;
  std::error_code start_refused;  // known before `start`: the loops cannot be as was asked
  int port = 0;
  bool started = false;
  std::atomic<bool> draining{false};
};

/// For code beside the server that is not a user's: tests over the in-memory backend.
struct ServerAccess {
  static Server::Impl& impl(Server& server) noexcept { return *server.impl_; }
  static std::unique_ptr<Server> over(ServerOptions options, std::vector<std::unique_ptr<net::Backend>> backends);
};

}  // namespace duplex
