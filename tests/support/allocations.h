// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

namespace duplex::testing {

/// How many times this thread has allocated (operator new, malloc through it) since it began.
std::size_t allocations() noexcept;

template <class F>
std::size_t allocations_during(F&& f) {
  const std::size_t before = allocations();
  f();
  return allocations() - before;
}

}  // namespace duplex::testing
