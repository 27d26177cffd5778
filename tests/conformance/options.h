// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>

#include "conformance/pipe.h"

namespace conformance {

/// What both programs are told on the command line.
struct Options {
  std::string host = "localhost", path = "/", table;
  int port = 0, messages = 20, jobs = 48;
  bool tls = false;
  std::set<int> groups;  ///< empty: all
};

/// Exits with 2, after a line that says why, if an option is wrong.
Options read_options(int argc, char** argv, const char* usage);

/// Plays the cases, prints what is not plainly OK and a summary, writes the table. Returns an exit code: 1 unless
/// everything was strictly right.
int play_and_report(const Options& options, const PipeFactory& connect, int jobs);

}  // namespace conformance
