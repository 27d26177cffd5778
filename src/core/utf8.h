// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "core/bytes.h"

namespace duplex {

/// Whether the whole run of bytes is well-formed UTF-8 (Unicode 15 table 3-7, RFC 3629).
bool is_valid_utf8(ConstBytes bytes) noexcept;

/// Checks UTF-8 that arrives in pieces: `feed` fails at the first byte that no continuation can repair, and never
/// earlier. One byte of state; a fresh one is at the start of a text.
class Utf8Validator {
 public:
  /// False as soon as the text so far can no longer be the beginning of well-formed UTF-8; from then on always false.
  bool feed(ConstBytes bytes) noexcept;

  /// Whether the text may end here: nothing bad so far and not inside a character.
  bool complete() const noexcept { return state_ == 0; }

 private:
  // 0: between characters; 1..7: what the next byte may be (see utf8.cpp); 8: failed.
  std::uint8_t state_ = 0;
};

}  // namespace duplex
