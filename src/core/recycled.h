// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <new>

namespace duplex {

/// An allocator for short-lived objects of one type, for std::allocate_shared: what a thread lets go of is kept for its
/// next one, a few at most. An object may be let go on another thread than the one that made it.
template <class T>
class Recycled {
 public:
  using value_type = T;
  Recycled() noexcept = default;
  template <class U>
  Recycled(const Recycled<U>&) noexcept {}  // NOLINT: allocators convert

  T* allocate(std::size_t n) {
    if (n != 1 || stock_.spare == nullptr) return static_cast<T*>(::operator new(n* size_of_one));
    Spare* const taken = stock_.spare;
    stock_.spare = taken->next;
    --stock_.count;
    return reinterpret_cast<T*>(taken);
  }
  void deallocate(T* memory, std::size_t n) noexcept {
    // The main thread's last objects may go after its stock.
    if (n != 1 || stock_.count >= most_spare || gone_) return ::operator delete(memory);
    stock_.spare = ::new (static_cast<void*>(memory)) Spare{stock_.spare};
    ++stock_.count;
  }
  friend bool operator==(const Recycled&, const Recycled&) noexcept { return true; }

 private:
  struct Spare {
    Spare* next;
  };
  struct Stock {
    Spare* spare = nullptr;
    std::size_t count = 0;
    ~Stock() {
      gone_ = true;
      while (spare != nullptr) {
        Spare* const next = spare->next;
        ::operator delete(spare);
        spare = next;
      }
    }
  };
  static_assert(alignof(T) <= alignof(std::max_align_t));
  static constexpr std::size_t most_spare = 64;
  static constexpr std::size_t size_of_one = sizeof(T) < sizeof(Spare) ? sizeof(Spare) : sizeof(T);
  static inline thread_local bool gone_ = false;
  static inline thread_local Stock stock_;
};

}  // namespace duplex
