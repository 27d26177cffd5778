// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <thread>
#include <vector>

#include "net/backends.h"
#include "net/reactor.h"

namespace duplex::net {

/// Several loops that serve as one: the first on the thread that calls `run`, each other on a thread of its own, and a
/// watchdog that names in the log what keeps a loop for longer than its stall limit.
class ReactorGroup {
 public:
  /// `loops`: how many; 0 for one a core. They share `options.log` and the count of connections.
  static Result<std::unique_ptr<ReactorGroup>> make(int loops = 1, ReactorOptions options = {},
                                                    BackendKind backend = BackendKind::automatic);
  /// Loops on backends of the caller's, in memory for example.
  ReactorGroup(std::vector<std::unique_ptr<Backend>> backends, ReactorOptions options);
  ~ReactorGroup();
  ReactorGroup(const ReactorGroup&) = delete;
  ReactorGroup& operator=(const ReactorGroup&) = delete;

  std::size_t size() const noexcept { return reactors_.size(); }
  Reactor& operator[](std::size_t i) noexcept { return *reactors_[i]; }
  Reactor& first() noexcept { return *reactors_.front(); }

  /// Every loop accepts: through a socket of its own (TCP, SO_REUSEPORT) or one that they share (unix). With port 0 the
  /// first loop's choice is everybody's; it is in the returned address. `on_accept` is called on the stream's loop, on
  /// several at a time. Before `run` only.
  Result<Address> listen(const Address& address, ListenOptions options, Function<void(Stream&)> on_accept);
  /// Each loop accepts what waits in its backlog and closes its listeners. Any thread.
  void close_listeners();

  /// Calls `fn` with each loop, on its thread; before `run`, at once. Any thread.
  void each(Function<void(Reactor&)> fn);

  void run();   ///< until `stop`; then every thread has ended
  void stop();  ///< Any thread, and before `run` too.
  /// Closes everything on every loop while all of them still stand: what an owner does as it hears of it may reach any
  /// loop. Not while `run` runs.
  void close_all();

 private:
  void watch(const std::stop_token& stop);

  ReactorOptions options_;
  std::vector<std::unique_ptr<Reactor>> reactors_;
  std::atomic<bool> running_{false};
};

}  // namespace duplex::net
