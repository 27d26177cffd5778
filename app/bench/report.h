// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "app/bench/findings.h"
#include "app/bench/options.h"

namespace duplex::bench {

/// What a reader of the figures must know: that we, and not the server, were the limit, and the like.
std::vector<std::string> warnings_about(const Options& options, const Findings& found);

/// The run as a table for people.
std::string table_of(const Options& options, const Findings& found);
/// The run as one JSON object: everything, with the whole histogram.
std::string json_of(const Options& options, const Findings& found);

}  // namespace duplex::bench
