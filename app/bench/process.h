// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace duplex::bench {

/// One thread's times, in nanoseconds (/proc/PID/task/TID/schedstat).
struct ThreadTimes {
  std::uint64_t ran = 0;
  std::uint64_t waited = 0;  ///< it could have run, and others did
};

/// What the kernel has on record about some processes, at one moment.
struct ProcessSample {
  std::map<int, ThreadTimes> threads;
  std::uint64_t user_ns = 0, kernel_ns = 0;  ///< in clock ticks, so coarse (/proc/PID/stat)
  std::uint64_t memory = 0;                  ///< bytes resident
};

/// CPU time between two samples.
struct CpuUsed {
  std::uint64_t ns = 0;     ///< of all threads
  ThreadTimes busiest;      ///< the thread that ran most
  double kernel_share = 0;  ///< 0 to 1; negative: too little time to say
  std::size_t threads = 0;  ///< that ran at all
};
CpuUsed between(const ProcessSample& before, const ProcessSample& after);

/// Nothing if one of them does not exist (any more), or may not be looked at.
std::optional<ProcessSample> sample(const std::vector<int>& pids, bool with_memory);

/// Where `memory` comes from.
inline constexpr const char* memory_source = "Rss of /proc/PID/smaps_rollup";

}  // namespace duplex::bench
