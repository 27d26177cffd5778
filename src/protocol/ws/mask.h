// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstdint>

#include "core/bytes.h"

namespace duplex::ws {

/// A masking key: its four bytes as they lie on the wire, loaded without swapping (`load_native<MaskKey>`).
using MaskKey = std::uint32_t;

// The key as it falls on a payload that begins `offset` bytes in, twice. The bytes lie in memory order, so a rotation
// to the right moves on.
static_assert(std::endian::native == std::endian::little);
inline std::uint64_t wide_key(MaskKey key, std::uint64_t offset) noexcept {
  const MaskKey turned = std::rotr(key, static_cast<int>(offset & 3) * 8);
  return std::uint64_t{turned} << 32 | turned;
}

/// Masks or unmasks in place (RFC 6455 section 5.3: the same operation), 8 bytes at a time.
/// `offset` is how many bytes of this frame's payload came before `bytes`. Returns whether what it leaves is ASCII: the
/// bytes are in hand, and text that is need not be looked at again. Inline: most messages are short.
inline bool apply_mask(Bytes bytes, MaskKey key, std::uint64_t offset = 0) noexcept {
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

/// The same from one place to another that does not overlap it: copies `from` and masks on the way.
void copy_masked(std::byte* to, ConstBytes from, MaskKey key, std::uint64_t offset = 0) noexcept;

}  // namespace duplex::ws
