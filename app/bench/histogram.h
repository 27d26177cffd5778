// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <cstdint>

namespace duplex::bench {

/// Counts of nanoseconds, to better than 1 in 128, in 60 KiB whatever comes: powers of two, each cut into 128 equal
/// parts; below 128 each value has its own. Mergeable, so that several processes can report as one.
class Histogram {
 public:
  static constexpr int sub_bits = 7;
  static constexpr std::uint64_t sub_count = std::uint64_t{1} << sub_bits;
  /// 2^63 is the last power of two; the first 2^7 values need one row.
  static constexpr std::size_t bucket_count = (64 - sub_bits + 1) * sub_count;

  void record(std::uint64_t value, std::uint64_t times = 1) noexcept {
    counts_[index_of(value)] += times;
    total_ += times;
    if (value > max_) max_ = value;
    if (value < min_) min_ = value;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
  }
  void merge(const Histogram& other) noexcept;
  void clear() noexcept { *this = Histogram(); }

  std::uint64_t total() const noexcept { return total_; }
  std::uint64_t max() const noexcept { return max_; }                    ///< exact
  std::uint64_t min() const noexcept { return total_ == 0 ? 0 : min_; }  ///< exact
  double mean() const noexcept { return total_ == 0 ? 0 : sum_ / static_cast<double>(total_); }
  /// The smallest value (its bucket's last, but never above the maximum) that `percent` of all are not above.
  std::uint64_t percentile(double percent) const noexcept;

  std::uint64_t count_at(std::size_t bucket) const noexcept { return counts_[bucket]; }
  static constexpr std::size_t index_of(std::uint64_t value) noexcept {
    if (value < sub_count) return static_cast<std::size_t>(value);
    const int shift = std::bit_width(value) - 1 - sub_bits;
    return static_cast<std::size_t>(static_cast<std::uint64_t>(shift + 1) * sub_count + ((value >> shift) - sub_count));
  }
  /// The last value that falls into this bucket.
  static constexpr std::uint64_t last_of(std::size_t bucket) noexcept {
    if (bucket < sub_count) return bucket;
    const int shift = static_cast<int>(bucket / sub_count) - 1;
    return ((bucket % sub_count + sub_count) << shift) + ((std::uint64_t{1} << shift) - 1);
  }

 private:
  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t total_ = 0, max_ = 0, min_ = UINT64_MAX;
  double sum_ = 0;
};

}  // namespace duplex::bench
