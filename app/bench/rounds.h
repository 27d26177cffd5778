// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace duplex::bench {

/// The rounds of a broadcast, one for each publisher: when it began, and how many deliveries are still to come before
/// its publisher begins the next. It lies in memory that is still one after a fork: several generator processes have it
/// in common, where readers of one wait for publishers of another.
class Rounds {
 public:
  explicit Rounds(std::size_t publishers);
  ~Rounds();
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  void begin(std::size_t publisher, std::uint64_t now_ns, std::uint64_t deliveries) noexcept;
  std::uint64_t began(std::size_t publisher) const noexcept;
  /// Whether these were the last of the round.
  bool delivered(std::size_t publisher, std::uint64_t count) noexcept;
  bool over(std::size_t publisher) const noexcept;

  /// Messages that any of them has published since the beginning.
  void count(std::uint64_t messages) noexcept;
  std::uint64_t published() const noexcept;

 private:
  struct alignas(64) Round {
    std::atomic<std::uint64_t> began_ns{0}, left{0};
  };
  struct alignas(64) Total {
    std::atomic<std::uint64_t> messages{0};
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);  // one that locks would not work across processes

  std::size_t size_;
  Total* total_;
  Round* rounds_;
};

}  // namespace duplex::bench
