// SPDX-License-Identifier: MIT
#pragma once
#include "app/bench/findings.h"
#include "app/bench/options.h"
#include "app/bench/rounds.h"

namespace duplex::bench {

/// A generator's place among several processes.
struct Seat {
  int line = -1;  ///< a socket to the process that started it; none: it plays alone
  std::size_t number = 0, of = 1;
  std::size_t members = 0;  ///< connections of all of them
  Rounds* rounds = nullptr;
  const std::vector<int>* wakers = nullptr;  ///< eventfds, one a seat: a round of one of its publishers is over

  /// Publishers go round the seats, so that each has about as many; on their seat they are the first connections.
  std::size_t seat_of(std::size_t publisher) const noexcept { return publisher % of; }
  std::size_t connection_of(std::size_t publisher) const noexcept { return publisher / of; }
  std::size_t publisher_at(std::size_t connection) const noexcept { return connection * of + number; }
};

/// What one of them plays: its share of connections and rate. (A broadcast's rate is of all: each knows when which
/// publisher's turn is.) The first looks at the server.
Options share_of(const Options& options, const Seat& seat);

/// Plays the scenario with `options.processes` generators, each a process of its own. They wait for each other before
/// they open connections, before they put on load, and after the window: so the server is looked at before the first
/// connection, the windows are one, and nothing closes before all have their figures. When one fails, the others
/// end, too; none outlives this process.
Findings run_crew(const Options& options);

}  // namespace duplex::bench
