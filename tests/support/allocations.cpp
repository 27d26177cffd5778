// SPDX-License-Identifier: MIT
#include "support/allocations.h"

#include <cstdlib>
#include <new>

// Replaces the global operator new by one that counts per thread. Every form that is not listed forwards to these two.
namespace {
thread_local std::size_t count = 0;
}  // namespace

namespace duplex::testing {
std::size_t allocations() noexcept { return count; }
}  // namespace duplex::testing

// clang's ThreadSanitizer brings strong definitions of its own: there nothing is counted, and other builds check the
// budget.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DUPLEX_DOES_NOT_COUNT
#endif
#endif

#ifndef DUPLEX_DOES_NOT_COUNT
void* operator new(std::size_t size) {
  ++count;
  if (void* p = std::malloc(size != 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif
