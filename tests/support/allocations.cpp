// SPDX-License-Identifier: MIT
#include "support/allocations.h"

#include <cstdlib>
#include <new>

// Replaces the global operator new by one that counts per thread. Every form that is not listed forwards to these two.
namespace {
thread_local std::size_t count = 0;
}

namespace duplex::testing {
std::size_t allocations() noexcept { return count; }
}  // namespace duplex::testing

void* operator new(std::size_t size) {
  ++count;
  if (void* p = std::malloc(size != 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
