// SPDX-License-Identifier: MIT
#include "net/spin.h"

#include <algorithm>

namespace duplex::net {
namespace {

constexpr int longest_penalty = 1024;
constexpr int all = 1024;

}  // namespace

Spin::Duration Spin::next() noexcept {
  // A wait that was slept through includes being woken, which takes about as long as the limit.
  if (limit_ <= Duration(0) || !known_ || usual_ > 2 * limit_ || strangers_ > all / 2) return Duration(0);
  if (skip_ > 0) {
    --skip_;
    return Duration(0);
  }
  return limit_;
}

void Spin::heard(std::uint64_t peer) noexcept {
  const bool familiar = std::find(peers_.begin(), peers_.end(), peer) != peers_.end();
  crowd(!familiar);
  if (familiar) return;
  peers_[next_peer_] = peer;
  next_peer_ = static_cast<std::uint8_t>((next_peer_ + 1) % few);
}

void Spin::crowd(bool stranger) noexcept { strangers_ += ((stranger ? all : 0) - strangers_) / 8; }

void Spin::found(Duration waited) noexcept {
  penalty_ = std::max(1, penalty_ / 2);
  note(waited);
}

void Spin::missed() noexcept {
  skip_ = penalty_;
  penalty_ = std::min(penalty_ * 2, longest_penalty);
}

void Spin::note(Duration waited) noexcept {
  // One long pause says no more than "long": four short waits after it are enough to begin again.
  const Duration counted = std::min(waited, 4 * limit_);
  usual_ = known_ ? usual_ + (counted - usual_) / 4 : counted;
  known_ = true;
}

}  // namespace duplex::net
