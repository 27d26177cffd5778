// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include <duplex/function.h>

namespace duplex {

/// What other threads ask of a loop. Inboxes live in one table of 256 for the whole process, which is never destroyed:
/// a slot number is safe to post to for ever, and a post to a loop that is gone is dropped.
class alignas(64) Inbox {
 public:
  static constexpr int slots = 256;

  /// An inbox that nobody uses, or null when 256 loops live. Any thread.
  static Inbox* claim();
  /// Drops what waits and gives the slot back.
  void release();

  /// False, and `fn` is dropped, if no loop owns this slot. Any thread.
  static bool post(int slot, Function<void()>&& fn);

  int slot() const noexcept { return slot_; }
  /// An eventfd that is written to when something is posted while the loop sleeps; -1 if the system gave none. To be
  /// watched edge-triggered: nobody reads it, so that a late wake costs one turn and nothing else.
  int wake_descriptor() const noexcept { return descriptor_; }

  // -- the owning loop ---------------------------------------------------------------------------------------------
  bool empty();
  /// False if something waits already: then the loop must not sleep. Otherwise a post wakes it, until `woken`.
  bool may_sleep();
  void woken() noexcept;
  /// Runs what waits now; what that posts here waits for the next time. Returns how many ran out of memory.
  std::size_t drain();

 private:
  bool push(Function<void()>& fn);
  void wake() noexcept;

  int slot_ = 0;
  int descriptor_ = -1;
  std::mutex mutex_;
  bool claimed_ = false;                   // under mutex_
  std::vector<Function<void()>> waiting_;  // under mutex_
  std::vector<Function<void()>> running_;  // the loop's
  std::atomic<bool> sleeping_{false};
};

}  // namespace duplex
