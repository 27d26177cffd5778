// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace duplex::app {

/// The word of the list that `word` was probably meant to be: fewest letters inserted, left out, changed or swapped
/// with their neighbour; empty if that is more than a third of them.
std::string nearest(std::string_view word, const std::vector<std::string>& list);

}  // namespace duplex::app
