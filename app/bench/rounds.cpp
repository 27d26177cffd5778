// SPDX-License-Identifier: MIT
#include "app/bench/rounds.h"

#include <sys/mman.h>

#include <new>

namespace duplex::bench {

Rounds::Rounds(std::size_t publishers) : size_(sizeof(Total) + publishers * sizeof(Round)) {
  void* const memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  total_ = new (memory) Total;
  auto* const behind = static_cast<std::byte*>(memory) + sizeof(Total);
  rounds_ = reinterpret_cast<Round*>(behind);
  for (std::size_t i = 0; i < publishers; ++i) new (behind + i * sizeof(Round)) Round;
}

Rounds::~Rounds() { munmap(total_, size_); }

void Rounds::begin(std::size_t publisher, std::uint64_t now_ns, std::uint64_t deliveries) noexcept {
  rounds_[publisher].began_ns.store(now_ns, std::memory_order_relaxed);
  rounds_[publisher].left.store(deliveries, std::memory_order_release);
}

std::uint64_t Rounds::began(std::size_t publisher) const noexcept {
  return rounds_[publisher].began_ns.load(std::memory_order_relaxed);
}

bool Rounds::delivered(std::size_t publisher, std::uint64_t count) noexcept {
  return rounds_[publisher].left.fetch_sub(count, std::memory_order_acq_rel) == count;
}

bool Rounds::over(std::size_t publisher) const noexcept {
  return rounds_[publisher].left.load(std::memory_order_acquire) == 0;
}

void Rounds::count(std::uint64_t messages) noexcept { total_->messages.fetch_add(messages, std::memory_order_acq_rel); }

std::uint64_t Rounds::published() const noexcept { return total_->messages.load(std::memory_order_acquire); }

}  // namespace duplex::bench
