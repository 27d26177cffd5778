// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace duplex {

/// Timers in a hierarchical wheel: six levels of 64 slots, the lowest of one tick each. Adding and cancelling is O(1);
/// a timer moves down at most five times before it falls due, on its very tick. No allocation once as many timers have
/// lived at once. A timer carries 64 bits that mean something to its user. One thread.
class TimerWheel {
 public:
  using Tick = std::uint64_t;
  static constexpr Tick never = ~Tick{0};

  TimerWheel();

  /// Names the timer until it fires or is cancelled. Never 0. A time that has passed falls due at the next tick.
  std::uint32_t add(Tick when, std::uint64_t payload);
  /// Its payload. The timer must be waiting.
  std::uint64_t cancel(std::uint32_t timer);
  Tick when(std::uint32_t timer) const noexcept { return nodes_[timer].when; }

  /// A name that may be stale: the timer and its generation.
  std::uint64_t stamp(std::uint32_t timer) const noexcept;
  std::optional<std::uint64_t> cancel_stamped(std::uint64_t stamp);

  /// The tick at which `expire` has something to do (a timer, or timers to move down); `never` when none waits.
  Tick next() const noexcept { return earliest().at; }
  std::size_t size() const noexcept { return size_; }

  /// Calls `fire(payload)` for each timer due by `now`, in order. It may add and cancel.
  template <class Fire>
  void expire(Tick now, Fire&& fire) {
    while (const auto payload = pop(now)) fire(*payload);
  }

 private:
  static constexpr int level_bits = 6, levels = 6;
  static constexpr std::uint32_t slots = 1U << level_bits;
  struct Node {
    std::uint32_t next = 0, previous = 0;
    std::uint32_t generation = 1;
    std::uint32_t list = 0;  // 0: free; else 1 + the index of its slot
    Tick when = 0;
    std::uint64_t payload = 0;
  };

  struct Due {
    Tick at;
    std::uint32_t list;
  };
  Due earliest() const noexcept;
  std::optional<std::uint64_t> pop(Tick now);
  void link(std::uint32_t timer);
  void unlink(std::uint32_t timer);
  void free(std::uint32_t timer);

  Tick elapsed_ = 0;
  std::vector<Node> nodes_;  // node 0 is nobody
  std::uint32_t free_ = 0;
  std::size_t size_ = 0;
  std::uint64_t occupied_[levels] = {};
  std::uint32_t heads_[levels * slots] = {};
  std::uint32_t tails_[levels * slots] = {};
};

}  // namespace duplex
