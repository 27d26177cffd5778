// SPDX-License-Identifier: MIT
#include "protocol/ws/mask.h"

namespace duplex::ws {

void copy_masked(std::byte* to, ConstBytes from, MaskKey key, std::uint64_t offset) noexcept {
  const std::byte* p = from.data();
  std::size_t n = from.size();
  std::uint64_t wide = wide_key(key, offset);
  for (; n >= 8; p += 8, to += 8, n -= 8) {
    const std::uint64_t word = load_native<std::uint64_t>(p) ^ wide;
    std::memcpy(to, &word, 8);
  }
  if (n >= 4) {
    const std::uint32_t word = load_native<std::uint32_t>(p) ^ static_cast<std::uint32_t>(wide);
    std::memcpy(to, &word, 4);
    p += 4;
    to += 4;
    n -= 4;
  }
  for (; n != 0; ++p, ++to, --n, wide >>= 8) *to = *p ^ static_cast<std::byte>(wide & 0xff);
}

}  // namespace duplex::ws
