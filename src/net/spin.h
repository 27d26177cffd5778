// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <chrono>
#include <cstdint>

namespace duplex::net {

/// When a loop with nothing to do had better look again and again for a moment, before it sleeps. Waking a sleeper
/// costs some 30 µs of latency; looking costs CPU for as long as it lasts, and pays only if the next event comes
/// within `limit`. So it looks only while events have lately come so fast, and after each time that it looked in vain
/// it leaves out twice as many waits as before, up to 1024.
///
/// Nor does it look while events come from ever other peers: those have others to wait for meanwhile, and what one of
/// them gains, all pay for. Time is an argument. One loop's thread.
class Spin {
 public:
  using Duration = std::chrono::nanoseconds;
  /// `limit`: how long to look at most; 0: never.
  explicit Spin(Duration limit) noexcept : limit_(limit) {}

  /// So many peers are few.
  static constexpr std::size_t few = 4;
  /// Whom an event came from.
  void heard(std::uint64_t peer) noexcept;
  /// More events than that came at once.
  void heard_many() noexcept { crowd(true); }

  /// For how long to look now, before sleeping; 0: sleep at once.
  Duration next() noexcept;
  /// Something came after `waited`, while it looked.
  void found(Duration waited) noexcept;
  /// Nothing came while it looked. The sleep that follows is told by `slept`.
  void missed() noexcept;
  /// It slept; `waited`: since it had nothing to do, in all.
  void slept(Duration waited) noexcept { note(waited); }

 private:
  void note(Duration waited) noexcept;
  void crowd(bool stranger) noexcept;

  Duration limit_;
  Duration usual_{0};  // what waits lately took, a moving average; 0: not known
  int skip_ = 0;       // waits to leave out
  int penalty_ = 1;    // how many after the next miss
  bool known_ = false;
  std::uint8_t next_peer_ = 0;
  int strangers_ = 0;                       // how many of 1024 events are from somebody else than the last few
  std::array<std::uint64_t, few> peers_{};  // those
};

}  // namespace duplex::net
