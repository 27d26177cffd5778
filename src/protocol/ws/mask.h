// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "core/bytes.h"

namespace duplex::ws {

/// A masking key: its four bytes as they lie on the wire, loaded without swapping (`load_native<MaskKey>`).
using MaskKey = std::uint32_t;

/// Masks or unmasks in place (RFC 6455 section 5.3: the same operation), 8 bytes at a time.
/// `offset` is how many bytes of this frame's payload came before `bytes`. Returns whether what it leaves is ASCII: the
/// bytes are in hand, and text that is need not be looked at again.
bool apply_mask(Bytes bytes, MaskKey key, std::uint64_t offset = 0) noexcept;

/// The same from one place to another that does not overlap it: copies `from` and masks on the way.
void copy_masked(std::byte* to, ConstBytes from, MaskKey key, std::uint64_t offset = 0) noexcept;

}  // namespace duplex::ws
