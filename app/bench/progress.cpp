// SPDX-License-Identifier: MIT
#include "app/bench/progress.h"

#include <unistd.h>

#include <cstdio>

namespace duplex::bench {

Progress::Progress(bool wanted) : terminal_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::string_view text) {
  if (!terminal_) return;
  std::fprintf(stderr, "\r%.*s\x1b[K", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
  dirty_ = true;
}

void Progress::clear() {
  if (dirty_) std::fputs("\r\x1b[K", stderr);
  dirty_ = false;
}

}  // namespace duplex::bench
