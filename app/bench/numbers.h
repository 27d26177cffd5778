// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace duplex::bench {

/// Numbers as people read them.
std::string fixed(double value, int digits);    ///< 3.1
std::string grouped(double value);              ///< 1,234,567: rounded
std::string duration_text(double nanoseconds);  ///< 850 ns, 12.3 us, 4.56 ms, 1.20 s
std::string bytes_text(double bytes);           ///< 64 B, 1.5 KiB, 20.0 MiB

}  // namespace duplex::bench
