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

/// Whether `allocations` counts and `FailingAllocation` fails in this build.
bool allocations_are_ours() noexcept;

/// While it lives, this thread's allocation number `k` (from 0) throws bad_alloc, and those after it succeed.
class FailingAllocation {
 public:
  explicit FailingAllocation(std::size_t k) noexcept;
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation();
  bool has_failed() const noexcept;
  void pause() noexcept;  ///< what is allocated meanwhile neither counts nor fails
  void resume() noexcept;

 private:
  std::size_t paused_ = 0;
};

}  // namespace duplex::testing
