// SPDX-License-Identifier: MIT
#include "app/bench/interrupt.h"

namespace duplex::bench {
namespace {

volatile std::sig_atomic_t came = 0;

}  // namespace

Interruptible::Interruptible() {
  struct sigaction action {};
  action.sa_handler = [](int) { came = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &before_);
}

Interruptible::~Interruptible() { sigaction(SIGINT, &before_, nullptr); }

bool interrupted() noexcept { return came != 0; }

}  // namespace duplex::bench
