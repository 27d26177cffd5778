// SPDX-License-Identifier: MIT
#include "app/bench/numbers.h"

#include <cmath>
#include <cstdio>

namespace duplex::bench {

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string grouped(double value) {
  std::string text = fixed(std::round(value), 0);
  const std::size_t first = text.front() == '-' ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string duration_text(double nanoseconds) {
  if (nanoseconds < 1e3) return fixed(nanoseconds, 0) + " ns";
  if (nanoseconds < 1e6) return fixed(nanoseconds / 1e3, 1) + " us";
  if (nanoseconds < 1e9) return fixed(nanoseconds / 1e6, 2) + " ms";
  return fixed(nanoseconds / 1e9, 2) + " s";
}

std::string bytes_text(double bytes) {
  const double size = std::fabs(bytes);
  if (size < 1024) return fixed(bytes, 0) + " B";
  if (size < 1024 * 1024) return fixed(bytes / 1024, 1) + " KiB";
  if (size < 1024.0 * 1024 * 1024) return fixed(bytes / (1024 * 1024), 1) + " MiB";
  return fixed(bytes / (1024.0 * 1024 * 1024), 2) + " GiB";
}

}  // namespace duplex::bench
