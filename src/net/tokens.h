// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>

/// The 64 bits that name streams, listeners and timers: loop (8), generation (28), slot (28).
namespace duplex::net::token {

constexpr std::uint64_t low28 = (std::uint64_t{1} << 28) - 1;

constexpr std::uint64_t stream(std::uint64_t loop, std::uint32_t generation, std::uint32_t slot) noexcept {
  return loop << 56 | std::uint64_t{generation} << 28 | slot;
}
constexpr std::uint64_t loop(std::uint64_t bits) noexcept { return bits >> 56; }
constexpr std::uint32_t generation(std::uint64_t bits) noexcept {
  return static_cast<std::uint32_t>(bits >> 28 & low28);
}
constexpr std::uint32_t slot(std::uint64_t bits) noexcept { return static_cast<std::uint32_t>(bits & low28); }

// A listener's: no stream has generation 0.
constexpr std::uint64_t listener(std::uint32_t index, std::size_t socket) noexcept {
  return std::uint64_t{index} << 1 | socket;
}
constexpr bool is_listener(std::uint64_t bits) noexcept { return bits >> 28 == 0; }
constexpr std::uint32_t listener(std::uint64_t bits) noexcept { return static_cast<std::uint32_t>(bits >> 1); }
constexpr std::size_t socket(std::uint64_t bits) noexcept { return bits & 1; }

// A connection in the making's: among the listeners' numbers, from half of them on. Its dial's low 22 bits, and which
// attempt.
constexpr std::size_t attempts = 32;
constexpr std::uint64_t dial_bits = (std::uint64_t{1} << 22) - 1;
constexpr std::uint64_t attempt(std::uint64_t dial, std::size_t number) noexcept {
  return std::uint64_t{1} << 27 | (dial & dial_bits) << 5 | number;
}
constexpr bool is_attempt(std::uint64_t bits) noexcept { return bits >> 27 == 1; }
/// The dial's whole number, given the last one's: no two that are four million apart are under way at a time.
constexpr std::uint64_t dial(std::uint64_t bits, std::uint64_t last) noexcept {
  return last - ((last - (bits >> 5)) & dial_bits);
}
constexpr std::size_t attempt_of(std::uint64_t bits) noexcept { return bits & (attempts - 1); }

// A timer's payload: its kind in place of the loop.
constexpr std::uint64_t kind(std::uint64_t k) noexcept { return k << 56; }
constexpr std::uint64_t kind_of(std::uint64_t payload) noexcept { return payload >> 56; }
constexpr std::uint64_t of(std::uint64_t bits) noexcept { return bits & ~(std::uint64_t{0xff} << 56); }

}  // namespace duplex::net::token
