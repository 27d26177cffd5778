// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include <duplex/function.h>
#include <duplex/log.h>

#include "net/listener.h"
#include "net/stream.h"

namespace duplex::net {

class Backend;

struct ReactorOptions {
  std::size_t read_buffer = 512 * 1024;        ///< bytes read at once; one buffer a loop, however many streams
  std::size_t soft_limit = 256 * 1024;         ///< outbox bytes at which a stream counts as slow
  std::size_t hard_limit = 1024 * 1024;        ///< outbox bytes at which reading from the stream pauses
  std::chrono::milliseconds stall_limit{100};  ///< a handler that blocks the loop for longer is named in the log
  std::chrono::milliseconds write_timeout{20'000};  ///< no progress for this long ends the stream
  int max_connections = 0;                     ///< 0: the descriptor limit less 64
};

using TimerId = std::uint64_t;

/// One thread's event loop: streams, timers, and an inbox that any thread may post to.
/// Its slot (0–255) in a process-wide table of inboxes makes a handle safe to use when the loop is gone: the post is dropped.
class Reactor {
 public:
  explicit Reactor(std::unique_ptr<Backend> backend, ReactorOptions options = {});
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  int slot() const noexcept;
  bool on_this_thread() const noexcept;      ///< Any thread.
  /// Loop time: monotonic, read once a turn; stands still while the process was stopped or a handler blocked for more than 2 s,
  /// so that a pause causes no mass of false timeouts (robustness R14).
  std::chrono::steady_clock::time_point now() const noexcept;

  void post(Function<void()> fn);            ///< Any thread. Runs on the loop, in order per posting thread.
  /// Posts to the loop of this slot; false if there is none (any more). Any thread.
  static bool post_to(int slot, Function<void()> fn);
  /// The reactor whose thread this is, or null.
  static Reactor* current() noexcept;

  TimerId after(std::chrono::milliseconds delay, Function<void()> fn);
  void cancel(TimerId id);
  /// Runs at the end of this turn, before what was written is flushed.
  void at_end_of_turn(Function<void()> fn);

  /// The live stream of these handle bits, or null: stale, or of another loop.
  Stream* find(std::uint64_t handle_bits) noexcept;
  LocalBlock& hold(SharedBytes bytes);       ///< one count in this loop; `release()` it after handing it to streams

  Result<Listener*> listen(const Address& address, ListenOptions options, Function<void(Stream&)> on_accept);
  Stream& adopt(DetachedStream stream, StreamOwner& owner);
  std::size_t streams() const noexcept;      ///< open ones

  /// What the loop is doing now, for the stall detector: a string that outlives the loop or the handler. Costs one store.
  void doing(const char* what) noexcept;
  void log(LogLevel level, std::string_view component, std::string_view text);

  void run();                                ///< turns until `stop`
  void stop();                               ///< Any thread.
  void turn();                               ///< waits for events once and handles them
};

}  // namespace duplex::net
