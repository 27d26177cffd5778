// SPDX-License-Identifier: MIT
#include "core/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace duplex {

TimerWheel::TimerWheel() : nodes_(1) {}

std::uint32_t TimerWheel::add(Tick when, std::uint64_t payload) {
  std::uint32_t timer = free_;
  if (timer == 0) {
    timer = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[timer].next;
  }
  // Never the tick that is being worked off, or a handler that arms a timer of zero would keep `expire` for ever.
  constexpr Tick horizon = (Tick{slots} - 1) << (level_bits * (levels - 1));
  nodes_[timer].when = std::clamp(when, elapsed_ + 1, elapsed_ + horizon);
  nodes_[timer].payload = payload;
  link(timer);
  ++size_;
  return timer;
}

std::uint64_t TimerWheel::cancel(std::uint32_t timer) {
  unlink(timer);
  free(timer);
  return nodes_[timer].payload;
}

std::uint64_t TimerWheel::stamp(std::uint32_t timer) const noexcept {
  return std::uint64_t{nodes_[timer].generation} << 32 | timer;
}

std::optional<std::uint64_t> TimerWheel::cancel_stamped(std::uint64_t stamp) {
  const auto timer = static_cast<std::uint32_t>(stamp);
  if (timer == 0 || timer >= nodes_.size() || nodes_[timer].list == 0 || nodes_[timer].generation != stamp >> 32) {
    return std::nullopt;
  }
  return cancel(timer);
}

TimerWheel::Due TimerWheel::earliest() const noexcept {
  // What waits on a lower level falls due before anything on a higher one: a timer's level is that of the highest digit
  // in which it differs from the time elapsed. Within a level nothing waits at or behind the current digit; the top
  // level is a ring.
  for (int level = 0; level < levels; ++level) {
    if (occupied_[level] == 0) continue;
    const int shift = level * level_bits;
    const auto digit = static_cast<int>(elapsed_ >> shift & (slots - 1));
    const auto slot =
        static_cast<std::uint32_t>(digit + std::countr_zero(std::rotr(occupied_[level], digit))) & (slots - 1);
    const int above = shift + level_bits;
    Tick at = elapsed_ >> above << above | Tick{slot} << shift;
    if (at < elapsed_) at += Tick{1} << above;
    return {at, static_cast<std::uint32_t>(level) * slots + slot};
  }
  return {never, 0};
}

std::optional<std::uint64_t> TimerWheel::pop(Tick now) {
  for (;;) {
    const Due due = earliest();
    if (due.at > now || due.at == never) {
      elapsed_ = std::max(elapsed_, now);
      return std::nullopt;
    }
    elapsed_ = due.at;
    if (due.list < slots) {
      const std::uint32_t timer = heads_[due.list];
      unlink(timer);
      free(timer);
      return nodes_[timer].payload;
    }
    while (const std::uint32_t timer = heads_[due.list]) {  // to lower levels, now that their digits differ less
      unlink(timer);
      link(timer);
    }
  }
}

void TimerWheel::link(std::uint32_t timer) {
  Node& node = nodes_[timer];
  const Tick differing = (elapsed_ ^ node.when) | (slots - 1);
  const int level = std::min((63 - std::countl_zero(differing)) / level_bits, levels - 1);
  const auto slot = static_cast<std::uint32_t>(node.when >> (level * level_bits)) & (slots - 1);
  const std::uint32_t list = static_cast<std::uint32_t>(level) * slots + slot;
  node.list = list + 1;
  node.next = 0;
  node.previous = tails_[list];
  (node.previous != 0 ? nodes_[node.previous].next : heads_[list]) = timer;
  tails_[list] = timer;
  occupied_[level] |= std::uint64_t{1} << slot;
}

void TimerWheel::unlink(std::uint32_t timer) {
  Node& node = nodes_[timer];
  const std::uint32_t list = node.list - 1;
  (node.previous != 0 ? nodes_[node.previous].next : heads_[list]) = node.next;
  (node.next != 0 ? nodes_[node.next].previous : tails_[list]) = node.previous;
  if (heads_[list] == 0) occupied_[list / slots] &= ~(std::uint64_t{1} << (list % slots));
  node.list = 0;
}

void TimerWheel::free(std::uint32_t timer) {
  Node& node = nodes_[timer];
  if (++node.generation == 0) node.generation = 1;
  node.next = free_;
  free_ = timer;
  --size_;
}

}  // namespace duplex
