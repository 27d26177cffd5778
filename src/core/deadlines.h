// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstdint>
#include <optional>

namespace duplex {

/// The deadlines of 64 neighbours, for which one timer is enough: 4 bytes each. Putting one off is a store; the timer
/// comes too early then, and is told for when to be set again. Times are those of a clock that may wrap: any two that
/// meet are less than half its range apart. One thread.
class Deadlines {
 public:
  using Time = std::uint32_t;
  static constexpr unsigned most = 64;
  static constexpr bool earlier(Time a, Time b) noexcept { return static_cast<std::int32_t>(a - b) < 0; }

  void set(unsigned who, Time when) noexcept {
    when_[who] = when;
    waiting_ |= bit(who);
    due_ &= ~bit(who);
  }
  void clear(unsigned who) noexcept {
    waiting_ &= ~bit(who);
    due_ &= ~bit(who);
  }

  /// Those of `now` and before are due, until they are taken, set or cleared. Returns the earliest of the others.
  std::optional<Time> expire(Time now) noexcept {
    std::optional<Time> next;
    for (std::uint64_t left = waiting_; left != 0; left &= left - 1) {
      const auto who = static_cast<unsigned>(std::countr_zero(left));
      if (!earlier(now, when_[who]))
        due_ |= bit(who);
      else if (!next || earlier(when_[who], *next))
        next = when_[who];
    }
    waiting_ &= ~due_;
    return next;
  }
  std::optional<unsigned> take_due() noexcept {
    if (due_ == 0) return std::nullopt;
    const auto who = static_cast<unsigned>(std::countr_zero(due_));
    due_ &= due_ - 1;
    return who;
  }

 private:
  static constexpr std::uint64_t bit(unsigned who) noexcept { return std::uint64_t{1} << who; }
  std::uint64_t waiting_ = 0, due_ = 0;
  Time when_[most];
};

}  // namespace duplex
