// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define DUPLEX_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DUPLEX_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef DUPLEX_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace duplex {

/// Tells AddressSanitizer that nobody has any business there, as `delete` would: for memory that is ours to reuse.
inline void poison([[maybe_unused]] const void* at, [[maybe_unused]] std::size_t size) noexcept {
#ifdef DUPLEX_ADDRESS_SANITIZER
  __asan_poison_memory_region(at, size);
#endif
}
inline void unpoison([[maybe_unused]] const void* at, [[maybe_unused]] std::size_t size) noexcept {
#ifdef DUPLEX_ADDRESS_SANITIZER
  __asan_unpoison_memory_region(at, size);
#endif
}

}  // namespace duplex
