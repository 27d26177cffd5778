// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace duplex::http {

/// What to send of a body.
struct RangeChoice {
  enum class Kind : std::uint8_t { whole, part, unsatisfiable };
  Kind kind = Kind::whole;
  std::uint64_t first = 0, length = 0;  ///< if a part
  friend bool operator==(const RangeChoice&, const RangeChoice&) = default;
};

/// Reads a Range header (RFC 9110 §14.2) for a body of `size` bytes. One range is a part; several are answered with the
/// whole, as a server may, and so is what is malformed or in other units.
RangeChoice choose_range(std::string_view header, std::uint64_t size) noexcept;

}  // namespace duplex::http
