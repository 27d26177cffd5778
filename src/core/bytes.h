// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace duplex {

/// Bytes that are only read: a view, borrowed from whoever gave it.
using ConstBytes = std::span<const std::byte>;
/// Bytes that may be changed in place (a frame is unmasked where it lies).
using Bytes = std::span<std::byte>;

inline ConstBytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ConstBytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Unaligned loads and stores, in the byte order that the name says.
template <class T>
T load_native(const void* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline std::uint16_t load_be16(const std::byte* p) noexcept { return __builtin_bswap16(load_native<std::uint16_t>(p)); }
inline std::uint32_t load_be32(const std::byte* p) noexcept { return __builtin_bswap32(load_native<std::uint32_t>(p)); }
inline std::uint64_t load_be64(const std::byte* p) noexcept { return __builtin_bswap64(load_native<std::uint64_t>(p)); }
inline void store_be16(std::byte* p, std::uint16_t v) noexcept {
  v = __builtin_bswap16(v);
  std::memcpy(p, &v, sizeof v);
}
inline void store_be32(std::byte* p, std::uint32_t v) noexcept {
  v = __builtin_bswap32(v);
  std::memcpy(p, &v, sizeof v);
}
inline void store_be64(std::byte* p, std::uint64_t v) noexcept {
  v = __builtin_bswap64(v);
  std::memcpy(p, &v, sizeof v);
}

inline namespace literals {
constexpr std::size_t operator""_KiB(unsigned long long n) { return static_cast<std::size_t>(n) << 10; }
constexpr std::size_t operator""_MiB(unsigned long long n) { return static_cast<std::size_t>(n) << 20; }
}  // namespace literals

}  // namespace duplex
