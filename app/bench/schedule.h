// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace duplex::bench {

/// When each message of an open-loop run should leave: message k at `start + k / rate`, to sender k mod senders.
/// Latency is counted from that moment and not from when the generator got round to sending, so that a server that
/// stalls is charged for all the messages that should have come meanwhile (no coordinated omission). Nothing is
/// remembered: the j-th message of sender c is message j * senders + c.
class Schedule {
 public:
  Schedule() = default;
  Schedule(double per_second, std::uint64_t senders, std::uint64_t start_ns) noexcept
      : gap_ns_(1e9 / per_second), senders_(senders), start_ns_(start_ns) {}

  std::uint64_t intended(std::uint64_t message) const noexcept {
    return start_ns_ + static_cast<std::uint64_t>(gap_ns_ * static_cast<double>(message));
  }
  std::uint64_t intended(std::uint64_t sender, std::uint64_t nth) const noexcept {
    return intended(nth * senders_ + sender);
  }
  std::uint64_t sender_of(std::uint64_t message) const noexcept { return message % senders_; }

 private:
  double gap_ns_ = 0;
  std::uint64_t senders_ = 1;
  std::uint64_t start_ns_ = 0;
};

}  // namespace duplex::bench
