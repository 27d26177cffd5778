// SPDX-License-Identifier: MIT
#pragma once
#include <csignal>

namespace duplex::bench {

/// While it lives, SIGINT ends the measurement, and what was measured is reported; a second one ends the program.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  struct sigaction before_ {};
};

/// Whether SIGINT came.
bool interrupted() noexcept;

}  // namespace duplex::bench
