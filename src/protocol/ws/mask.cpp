// SPDX-License-Identifier: MIT
#include "protocol/ws/mask.h"

#include <bit>

namespace duplex::ws {
namespace {

// The key as it falls on a payload that begins `offset` bytes in, twice. The bytes lie in memory order, so a rotation
// to the right moves on.
static_assert(std::endian::native == std::endian::little);
std::uint64_t wide_key(MaskKey key, std::uint64_t offset) noexcept {
  const MaskKey turned = std::rotr(key, static_cast<int>(offset & 3) * 8);
  return std::uint64_t{turned} << 32 | turned;
}

}  // namespace

bool apply_mask(Bytes bytes, MaskKey key, std::uint64_t offset) noexcept {
  std::byte* p = bytes.data();
  std::size_t n = bytes.size();
  std::uint64_t wide = wide_key(key, offset), seen = 0;
  for (; n >= 8; p += 8, n -= 8) {
    const std::uint64_t word = load_native<std::uint64_t>(p) ^ wide;
    std::memcpy(p, &word, 8);
    seen |= word;
  }
  // 8 and 4 are multiples of 4: here the key begins at its first byte again.
  if (n >= 4) {
    const std::uint32_t word = load_native<std::uint32_t>(p) ^ static_cast<std::uint32_t>(wide);
    std::memcpy(p, &word, 4);
    seen |= word;
    p += 4;
    n -= 4;
  }
  for (; n != 0; ++p, --n, wide >>= 8) {
    *p ^= static_cast<std::byte>(wide & 0xff);
    seen |= static_cast<std::uint64_t>(*p);
  }
  return (seen & 0x8080808080808080) == 0;
}

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
