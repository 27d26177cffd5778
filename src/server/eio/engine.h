// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "server/eio/session.h"
#include "server/http/route_table.h"

namespace duplex {
struct ServerLoop;
}

namespace duplex::eio {

class EngineLoop;

/// Engine.IO at one path of one server: its options, its handlers, and a part of its own on each loop.
/// Made before the server starts (`Server::engine`); outlives its loops' connections.
class Engine {
 public:
  Engine(EngineOptions options, Handlers handlers);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const EngineOptions& options() const noexcept { return options_; }
  EngineOptions& hooks() noexcept { return options_; }  ///< to call those that it holds
  Handlers& handlers() noexcept { return handlers_; }
  bool takes(Transport transport) const noexcept;
  bool may_upgrade() const noexcept { return options_.allow_upgrades && takes(Transport::websocket); }
  /// Origins that may connect: the engine's own and those of `cors`.
  const std::vector<std::string>& origins() const noexcept { return websocket_.origins; }

  /// How it plugs into the server's router.
  http::Mount mount();
  /// Makes its part on that loop; before the loop runs.
  void add_loop(ServerLoop& loop);
  /// Its part on the loop of that slot, or null. Any thread.
  EngineLoop* loop_of_slot(int slot) const noexcept { return by_slot_[static_cast<std::size_t>(slot) & 255]; }
  const std::vector<std::unique_ptr<EngineLoop>>& loops() const noexcept { return loops_; }

  /// Sessions of polling clients that have not come back yet, over all loops. Any thread.
  std::atomic<int>& unclaimed() noexcept { return unclaimed_; }
  std::uint64_t sessions() const noexcept;  ///< open now, over all loops. Any thread.
  struct Sent {
    std::uint64_t packets = 0, bytes = 0;
  };
  Sent sent() const noexcept;  ///< to clients since the start, over all loops and both transports. Any thread.
  /// Closes every session of every loop: polls are answered, WebSockets closed. `reason` is a literal. Any thread.
  void close_all(std::string_view reason);

  /// The same at once, for the server's end: while no loop runs.
  void end_all(std::string_view reason);

 private:
  EngineOptions options_;
  Handlers handlers_;
  ws::Handlers websocket_;
  std::atomic<int> unclaimed_{0};
  std::vector<std::unique_ptr<EngineLoop>> loops_;
  std::array<EngineLoop*, 256> by_slot_{};
};

}  // namespace duplex::eio
