// SPDX-License-Identifier: MIT
#pragma once
#include "app/bench/findings.h"
#include "app/bench/options.h"

namespace duplex::bench {

/// A generator's place among several processes.
struct Seat {
  int line = -1;  ///< a socket to the process that started it; none: it plays alone
  std::size_t number = 0, of = 1;
};

/// What one of them plays: its share of connections and rate. The first looks at the server.
Options share_of(const Options& options, const Seat& seat);

/// Plays the scenario with `options.processes` generators, each a process of its own. They wait for each other before
/// they open connections, before they put on load, and after the window: so the server is looked at before the first
/// connection, the windows are one, and nothing closes before all have their figures. When one fails, the others
/// end, too; none outlives this process.
Findings run_crew(const Options& options);

}  // namespace duplex::bench
