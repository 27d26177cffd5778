// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstddef>

namespace duplex::ws {

/// How many bytes of inflated messages a whole process may hold at a time, counted across its loops beyond the first
/// 16 KiB of each message. Any thread.
class InflateBudget {
 public:
  explicit InflateBudget(std::size_t limit) noexcept : limit_(limit) {}

  /// Counts `bytes` more, or refuses and counts nothing.
  bool take(std::size_t bytes) noexcept {
    const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes <= limit_) return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void give_back(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  /// Before anything is inflated.
  void set_limit(std::size_t limit) noexcept { limit_ = limit; }

  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  std::size_t limit() const noexcept { return limit_; }

 private:
  std::atomic<std::size_t> used_{0};
  std::size_t limit_;
};

/// The default: four messages, at least 64 MiB.
constexpr std::size_t default_inflate_budget(std::size_t max_message) noexcept {
  return max_message > (std::size_t{16} << 20) ? max_message * 4 : std::size_t{64} << 20;
}

}  // namespace duplex::ws
