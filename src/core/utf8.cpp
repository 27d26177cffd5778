// SPDX-License-Identifier: MIT
#include "core/utf8.h"

#include <simdjson.h>

#include <array>

namespace duplex {
namespace {

// What the next byte may be. The names are RFC 3629's ranges; the values are Utf8Validator's state.
enum State : std::uint8_t {
  start,
  one_tail,     // 80..BF, then done
  two_tails,    // 80..BF, then one_tail
  three_tails,  // 80..BF, then two_tails
  after_e0,     // A0..BF: less would be overlong
  after_ed,     // 80..9F: more would be a surrogate
  after_f0,     // 90..BF: less would be overlong
  after_f4,     // 80..8F: more would lie beyond U+10FFFF
  failed,
};

constexpr State state_after_lead(unsigned b) noexcept {
  if (b < 0x80) return start;
  if (b < 0xc2) return failed;  // a tail, or C0 and C1: overlong
  if (b < 0xe0) return one_tail;
  if (b == 0xe0) return after_e0;
  if (b == 0xed) return after_ed;
  if (b < 0xf0) return two_tails;
  if (b == 0xf0) return after_f0;
  if (b < 0xf4) return three_tails;
  if (b == 0xf4) return after_f4;
  return failed;
}

struct Tail {
  std::uint8_t low, high;
  State next;
};
constexpr std::array<Tail, 9> tails = {{
    {1, 0, failed},  // start: not used
    {0x80, 0xbf, start},
    {0x80, 0xbf, one_tail},
    {0x80, 0xbf, two_tails},
    {0xa0, 0xbf, one_tail},
    {0x80, 0x9f, one_tail},
    {0x90, 0xbf, two_tails},
    {0x80, 0x8f, two_tails},
    {1, 0, failed},
}};

constexpr State step(State state, unsigned b) noexcept {
  if (state == start) return state_after_lead(b);
  const Tail& tail = tails[state];
  return b >= tail.low && b <= tail.high ? tail.next : failed;
}

// A row for each byte: 6 bits for each state, which say what comes after it, as a multiple of 6. So a step is one shift
// by the state, and its latency is all that a byte costs (Per Vognsen's shift-based automaton).
constexpr std::array<std::uint64_t, 256> rows = [] {
  std::array<std::uint64_t, 256> table{};
  for (unsigned b = 0; b < 256; ++b)
    for (unsigned s = start; s <= failed; ++s)
      table[b] |= std::uint64_t{6u * step(static_cast<State>(s), b)} << (6 * s);
  return table;
}();

State walk(State from, const std::byte* p, std::size_t n) noexcept {
  std::uint64_t state = 6u * from;
  for (; n != 0; ++p, --n) state = rows[static_cast<unsigned>(*p)] >> (state & 63);
  return static_cast<State>((state & 63) / 6);
}

constexpr std::uint64_t high_bits = 0x8080808080808080;

// Fewer than 8 bytes.
bool is_short_ascii(const std::byte* p, std::size_t n) noexcept {
  if (n >= 4) return ((load_native<std::uint32_t>(p) | load_native<std::uint32_t>(p + n - 4)) & high_bits) == 0;
  return n == 0 || ((p[0] | p[n / 2] | p[n - 1]) & std::byte{0x80}) == std::byte{0};
}

// Where the run of ASCII at the beginning ends, to within 8 bytes: never past it. Exact if all of it is ASCII, which
// short messages mostly are: the last word overlaps the one before, so that no byte is looked at alone.
std::size_t skip_ascii(const std::byte* p, std::size_t n) noexcept {
  if (n < 8) return is_short_ascii(p, n) ? n : 0;
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const std::uint64_t any = load_native<std::uint64_t>(p + i) | load_native<std::uint64_t>(p + i + 8) |
                              load_native<std::uint64_t>(p + i + 16) | load_native<std::uint64_t>(p + i + 24);
    if ((any & high_bits) != 0) break;
  }
  for (; i + 8 <= n; i += 8)
    if ((load_native<std::uint64_t>(p + i) & high_bits) != 0) return i;
  return (load_native<std::uint64_t>(p + n - 8) & high_bits) == 0 ? n : i;
}

// How many bytes at the end belong to a character that is not all there (0 to 3), judged by lead bytes alone.
std::size_t open_tail(const std::byte* p, std::size_t n) noexcept {
  for (std::size_t back = 1; back <= 3 && back <= n; ++back) {
    const auto b = static_cast<unsigned>(p[n - back]);
    if (b < 0x80) return 0;
    if (b >= 0xc0) return (b >= 0xf0 ? 4u : b >= 0xe0 ? 3u : 2u) > back ? back : 0;
  }
  return 0;
}

// Below this, simdjson's fixed cost is more than the walk takes.
constexpr std::size_t worth_simd = 48;

bool valid_by_simd(const std::byte* p, std::size_t n) noexcept {
  return simdjson::validate_utf8(reinterpret_cast<const char*>(p), n);
}

}  // namespace

bool Utf8Validator::feed(ConstBytes bytes) noexcept {
  const std::byte* p = bytes.data();
  std::size_t n = bytes.size();
  auto state = static_cast<State>(state_);

  for (; n != 0 && state != start && state != failed; ++p, --n) state = step(state, static_cast<unsigned>(*p));

  if (state == start && n != 0) {
    const std::size_t ascii = skip_ascii(p, n);
    p += ascii;
    n -= ascii;
    if (n >= worth_simd) {
      // The whole characters go through SIMD; what is left of the last one is walked below. A failure of either is
      // final.
      const std::size_t whole = n - open_tail(p, n);
      if (!valid_by_simd(p, whole)) {
        state_ = failed;
        return false;
      }
      p += whole;
      n -= whole;
    }
    state = walk(state, p, n);
  }
  state_ = state;
  return state != failed;
}

bool is_valid_utf8(ConstBytes bytes) noexcept {
  const std::size_t ascii = skip_ascii(bytes.data(), bytes.size());
  if (ascii == bytes.size()) return true;
  const ConstBytes rest = bytes.subspan(ascii);
  if (rest.size() >= worth_simd) return valid_by_simd(rest.data(), rest.size());
  return walk(start, rest.data(), rest.size()) == start;
}

}  // namespace duplex
