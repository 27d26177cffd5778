// SPDX-License-Identifier: MIT
#include "app/nearest.h"

#include <algorithm>

namespace duplex::app {
namespace {

constexpr std::size_t longest = 64;  // letters; a variable's name may have any number of them

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  return table[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& list) {
  if (word.size() > longest) return {};
  std::string best;
  std::size_t least = 0;
  for (const std::string& each : list) {
    const std::string_view known = each;
    // What all names begin with says nothing.
    const auto differ = std::mismatch(word.begin(), word.end(), known.begin(), known.end());
    const auto common = std::min(static_cast<std::size_t>(differ.first - word.begin()), word.find('_') + 1);
    const std::size_t d = distance(word.substr(common), known.substr(common));
    if (d * 3 > std::max(word.size(), known.size()) - common + 1 || (!best.empty() && d >= least)) continue;
    best = each;
    least = d;
  }
  return best;
}

}  // namespace duplex::app
