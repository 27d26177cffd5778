// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>

#include <duplex/function.h>

#pragma GCC visibility push(default)

namespace duplex {

using namespace std::chrono_literals;  // `using namespace duplex;` brings 5s and 1h

/// One thread's event loop: what clients run on, and what a server has one of per thread.
/// Must not be destroyed inside one of its own handlers: `stop()` is the way.
class Loop {
 public:
  Loop();  ///< Throws std::system_error if the process has no descriptor left for it.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void post(Function<void()> fn);                                    ///< Any thread: runs on the loop's thread.
  void after(std::chrono::milliseconds delay, Function<void()> fn);  ///< Any thread.
  void run();                                                        ///< Until `stop`.
  void stop();                                                       ///< Any thread.

 private:
  friend struct LoopAccess;
  struct Impl;
  explicit Loop(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_;
};

/// Runs until SIGINT or SIGTERM; returns an exit code.
int run(Loop& loop);

}  // namespace duplex

#pragma GCC visibility pop
