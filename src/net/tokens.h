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

// A timer's payload: its kind in place of the loop.
constexpr std::uint64_t kind(std::uint64_t k) noexcept { return k << 56; }
constexpr std::uint64_t kind_of(std::uint64_t payload) noexcept { return payload >> 56; }
constexpr std::uint64_t of(std::uint64_t bits) noexcept { return bits & ~(std::uint64_t{0xff} << 56); }

}  // namespace duplex::net::token
