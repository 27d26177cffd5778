// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "app/bench/findings.h"

namespace duplex::bench {

/// What several generators found that played at the same time, as one run: counts and rates are summed, histograms
/// merged bucket by bucket, and each one's own times kept.
Findings merged(const std::vector<Findings>& all);

}  // namespace duplex::bench
