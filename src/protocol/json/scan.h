// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Steps over JSON text. None of them leaves [at, end), whatever the text holds.
namespace duplex::json {

inline bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

inline const char* skip_space(const char* at, const char* end) noexcept {
  while (at != end && is_space(*at)) ++at;
  return at;
}

#if defined(__SSE2__)
namespace detail {

/// Fewer than 16 bytes, and zeros behind them.
inline __m128i load_few(const char* at, std::size_t n) noexcept {
  std::uint64_t low = 0, high = 0;
  if (n >= 8) {
    low = load_native<std::uint64_t>(at);
    high = load_native<std::uint64_t>(at + n - 8) >> (8 * (15 - n)) >> 8;
  } else if (n >= 4) {
    low = load_native<std::uint32_t>(at) | std::uint64_t{load_native<std::uint32_t>(at + n - 4)} << (8 * (n - 4));
  } else if (n != 0) {
    const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i); };
    low = byte(0) | byte(n / 2) | byte(n - 1);
  }
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
}

/// One bit for each '"', '\\' and control character.
inline unsigned special_in(__m128i v) noexcept {
  const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(
      _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, escape)), _mm_cmpeq_epi8(_mm_min_epu8(v, control), v))));
}

}  // namespace detail
#endif

/// The first '"', '\\' or control character: where the plain part of a string ends. `end` if there is none.
inline const char* find_special(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16)
    if (const unsigned mask = detail::special_in(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))))
      return at + std::countr_zero(mask);
  // The zeros behind the last bytes are control characters: the first of them is the end.
  return at + std::countr_zero(detail::special_in(detail::load_few(at, static_cast<std::size_t>(end - at))));
#else
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
#endif
}

/// The first '"' or bracket of any kind; `end` if there is none.
inline const char* find_structure(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  // '[' and '{', and ']' and '}', differ in one bit.
  const __m128i quote = _mm_set1_epi8('"'), open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}'),
                bit = _mm_set1_epi8(0x20);
  for (; end - at >= 16; at += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i folded = _mm_or_si128(v, bit);
    const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote),
                                     _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close)));
    if (const int mask = _mm_movemask_epi8(hit)) return at + std::countr_zero(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && *at != '"' && (*at | 0x20) != '{' && (*at | 0x20) != '}') ++at;
  return at;
}

/// A string without its quotes, as it stands in the text.
struct RawString {
  std::string_view escaped;
  const char* after;  ///< behind the closing quote
  bool has_escapes;
};

/// `at` is behind the opening quote. `after` is null if the string does not end.
inline RawString raw_string(const char* at, const char* end) noexcept {
  const char* const from = at;
  bool has_escapes = false;
  for (;;) {
    at = find_special(at, end);
    if (at == end) return {{}, nullptr, false};
    if (*at == '"') return {{from, static_cast<std::size_t>(at - from)}, at + 1, has_escapes};
    if (*at == '\\') {
      has_escapes = true;
      if (++at == end) return {{}, nullptr, false};
    }
    ++at;
  }
}

/// Behind the value that begins at `at`.
inline const char* skip_value(const char* at, const char* end) noexcept {
  if (at == end) return at;
  if (*at == '"') {
    const char* after = raw_string(at + 1, end).after;
    return after != nullptr ? after : end;
  }
  if (*at != '[' && *at != '{') {
    while (at != end && *at != ',' && *at != ']' && *at != '}' && *at != ':' && !is_space(*at)) ++at;
    return at;
  }
  std::size_t depth = 0;
  for (;;) {
    at = find_structure(at, end);
    if (at == end) return end;
    if (*at == '"') {
      at = raw_string(at + 1, end).after;
      if (at == nullptr) return end;
      continue;
    }
    const bool opens = *at == '[' || *at == '{';
    ++at;
    if (opens)
      ++depth;
    else if (--depth == 0)
      return at;
  }
}

}  // namespace duplex::json
