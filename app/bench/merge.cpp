// SPDX-License-Identifier: MIT
#include "app/bench/merge.h"

#include <algorithm>

namespace duplex::bench {

Findings merged(const std::vector<Findings>& all) {
  Findings sum;
  for (const Findings& one : all) {
    // They began at the same moment and ended a turn of their loops apart.
    sum.seconds = std::max(sum.seconds, one.seconds);
    sum.messages += one.messages;
    sum.wire_bytes += one.wire_bytes;
    sum.latency.merge(one.latency);
    if (sum.rates.size() < one.rates.size()) sum.rates.resize(one.rates.size());
    for (std::size_t i = 0; i < one.rates.size(); ++i) sum.rates[i] += one.rates[i];

    sum.opened += one.opened;
    sum.still_open += one.still_open;
    sum.compressed += one.compressed;
    sum.opening_seconds = std::max(sum.opening_seconds, one.opening_seconds);

    // One of them looks at the server for all.
    if (one.server) sum.server = one.server;
    if (one.memory_before) sum.memory_before = one.memory_before;
    if (one.memory_after) sum.memory_after = one.memory_after;

    sum.generator_ns += one.generator_ns;
    sum.generator_waited_ns = std::max(sum.generator_waited_ns, one.generator_waited_ns);
    sum.spins |= one.spins;
    sum.late_ns = std::max(sum.late_ns, one.late_ns);
    sum.generators.push_back({.messages = one.messages,
                              .cpu_ns = one.generator_ns,
                              .waited_ns = one.generator_waited_ns,
                              .late_ns = one.late_ns,
                              .spins = one.spins});

    sum.errors += one.errors;
    sum.missing += one.missing;
    if (sum.first_error.empty()) sum.first_error = one.first_error;
    sum.interrupted |= one.interrupted;
  }
  // The last second of one that was a turn shorter may be missing.
  for (const Findings& one : all) sum.rates.resize(std::min(sum.rates.size(), one.rates.size()));
  return sum;
}

}  // namespace duplex::bench
