// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "conformance/case.h"

namespace conformance {

struct Result {
  std::string id;
  std::string what;
  Verdict verdict;
};

struct Target {
  PipeFactory connect;
  std::string host;
  std::string path = "/";
};

/// Plays every case on a connection of its own and returns the results in the order of the cases. Many cases only wait,
/// so `jobs` of them run at once; those that spend processor time run three at a time, so as not to delay the others.
/// One job runs on the calling thread, as a server in memory needs it.
std::vector<Result> run(const std::vector<Case>& cases, const Target& target, int jobs);

/// "517 cases: 514 OK, 3 INFORMATIONAL, 0 NON-STRICT, 0 FAILED"; counts of zero in other columns are left out.
std::string summary(const std::vector<Result>& results);

bool all_passed(const std::vector<Result>& results);

/// One line for each case that is not plainly OK.
void print_exceptions(std::ostream& out, const std::vector<Result>& results);

/// A Markdown table of every case, a section a group.
void write_table(std::ostream& out, const std::vector<Result>& results);

}  // namespace conformance
