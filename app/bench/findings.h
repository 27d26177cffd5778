// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/bench/histogram.h"
#include "app/bench/process.h"

namespace duplex::bench {

/// One of several generator processes.
struct GeneratorTimes {
  std::size_t connections = 0;
  std::uint64_t messages = 0, cpu_ns = 0, waited_ns = 0, late_ns = 0;  ///< as in Findings
  bool spins = false;
};

/// What a run found. Counts and times are of the measured window, without warm-up and drain, unless they say otherwise.
struct Findings {
  double seconds = 0;
  std::uint64_t messages = 0;    ///< that came: replies, deliveries, or handshakes
  std::uint64_t wire_bytes = 0;  ///< received
  Histogram latency;             ///< nanoseconds
  std::vector<double> rates;     ///< messages per second, second by second

  std::size_t opened = 0, still_open = 0, compressed = 0;
  double opening_seconds = 0;

  std::optional<CpuUsed> server;                             ///< if its processes were named
  std::optional<ProcessSample> memory_before, memory_after;  ///< before the first connection; at the window's end
  std::uint64_t generator_ns = 0;                            ///< CPU time of our thread, or threads
  std::uint64_t generator_waited_ns = 0;                     ///< how long our process waited for a CPU
  bool spins = false;                                        ///< we did not sleep: then our CPU time says nothing
  std::uint64_t late_ns = 0;                                 ///< open loop: the most that a message left after its time

  std::vector<GeneratorTimes> generators;  ///< if there were several: above, the sum and the most

  std::uint64_t errors = 0, missing = 0;  ///< of the whole run
  std::string first_error;
  bool interrupted = false;
};

}  // namespace duplex::bench
