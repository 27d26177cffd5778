// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include <memory>
#include <vector>

#include "server/eio/session.h"
#include "server/http/router.h"

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
  Handlers& handlers() noexcept { return handlers_; }

  /// How it plugs into the server's router.
  http::Mount mount();
  /// Makes its part on that loop; before the loop runs.
  void add_loop(ServerLoop& loop);
  /// The part on the calling thread's loop.
  EngineLoop& here() noexcept;
  EngineLoop& loop_of_slot(int slot) noexcept;
  const std::vector<std::unique_ptr<EngineLoop>>& loops() const noexcept { return loops_; }

  std::uint64_t sessions() const noexcept;  ///< open now, over all loops. Any thread.
  /// Closes every session of every loop: polls are answered, WebSockets closed. Any thread.
  void close_all(std::string_view reason);

 private:
  EngineOptions options_;
  Handlers handlers_;
  std::vector<std::unique_ptr<EngineLoop>> loops_;
};

}  // namespace duplex::eio
