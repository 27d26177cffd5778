// SPDX-License-Identifier: MIT
#include "app/bench/histogram.h"

#include <algorithm>
#include <cmath>

namespace duplex::bench {

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < bucket_count; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  max_ = std::max(max_, other.max_);
  min_ = std::min(min_, other.min_);
  sum_ += other.sum_;
}

std::uint64_t Histogram::percentile(double percent) const noexcept {
  if (total_ == 0) return 0;
  // 99.9 % of 1000 are 999, although 0.999 is a little more in binary.
  const double wanted = std::ceil(percent / 100 * static_cast<double>(total_) - 1e-6);
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(wanted, 1.0)), 1, total_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(last_of(i), max_);
  }
  return max_;
}

}  // namespace duplex::bench
