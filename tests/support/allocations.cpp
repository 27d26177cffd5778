// SPDX-License-Identifier: MIT
#include "support/allocations.h"

#include <cstdlib>
#include <new>
#include <utility>

// Replaces the global operator new by one that counts per thread. Every form that is not listed forwards to these two.
namespace {
thread_local std::size_t count = 0;
thread_local std::size_t until_failure = 0;  // 1: the next one fails; 0: none does
}  // namespace

// clang's ThreadSanitizer brings strong definitions of its own: there nothing is counted, and other builds check the
// budget.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DUPLEX_DOES_NOT_COUNT
#endif
#endif

namespace duplex::testing {
std::size_t allocations() noexcept { return count; }
#ifdef DUPLEX_DOES_NOT_COUNT
bool allocations_are_ours() noexcept { return false; }
#else
bool allocations_are_ours() noexcept { return true; }
#endif
FailingAllocation::FailingAllocation(std::size_t k) noexcept { until_failure = k + 1; }
FailingAllocation::~FailingAllocation() { until_failure = 0; }
bool FailingAllocation::has_failed() const noexcept { return until_failure == 0 && paused_ == 0; }
void FailingAllocation::pause() noexcept { paused_ = std::exchange(until_failure, 0); }
void FailingAllocation::resume() noexcept { until_failure = std::exchange(paused_, 0); }
}  // namespace duplex::testing

#ifndef DUPLEX_DOES_NOT_COUNT
void* operator new(std::size_t size) {
  ++count;
  if (until_failure != 0 && --until_failure == 0) throw std::bad_alloc();
  if (void* p = std::malloc(size != 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif
