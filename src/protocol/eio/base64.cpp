// SPDX-License-Identifier: MIT
#include "protocol/eio/base64.h"

#include <array>

namespace duplex::eio {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t invalid = 0xff;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(invalid);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

std::uint32_t value(char c) noexcept { return values[static_cast<unsigned char>(c)]; }

}  // namespace

void encode_base64(Buffer& out, ConstBytes bytes) {
  const std::size_t size = (bytes.size() + 2) / 3 * 4;
  auto* to = reinterpret_cast<char*>(out.prepare(size));
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  const auto put = [&](std::uint32_t bits) { *to++ = alphabet[bits & 63]; };
  std::size_t i = 0;
  for (; bytes.size() - i >= 3; i += 3) {
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    put(group >> 18), put(group >> 12), put(group >> 6), put(group);
  }
  if (bytes.size() - i == 1) {
    put(byte(i) >> 2), put(byte(i) << 4);
    *to++ = '=', *to++ = '=';
  } else if (bytes.size() - i == 2) {
    put(byte(i) >> 2), put(byte(i) << 4 | byte(i + 1) >> 4), put(byte(i + 1) << 2);
    *to++ = '=';
  }
  out.commit(size);
}

std::optional<std::size_t> decode_base64(std::byte* out, std::string_view text) noexcept {
  if (text.size() % 4 == 0)
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::byte* const from = out;
  // Each group is read before it is written, so that decoding in place is fine.
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 4; left -= 4, at += 4) {
    const std::uint32_t a = value(at[0]), b = value(at[1]), c = value(at[2]), d = value(at[3]);
    if (((a | b | c | d) & 0xc0) != 0) return std::nullopt;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<std::byte>(group >> 16);
    *out++ = static_cast<std::byte>(group >> 8);
    *out++ = static_cast<std::byte>(group);
  }
  if (left >= 2) {
    const std::uint32_t a = value(at[0]), b = value(at[1]), c = left == 3 ? value(at[2]) : 0;
    if (((a | b | c) & 0xc0) != 0) return std::nullopt;
    *out++ = static_cast<std::byte>(a << 2 | b >> 4);
    if (left == 3) *out++ = static_cast<std::byte>(b << 4 | c >> 2);
  }
  return static_cast<std::size_t>(out - from);
}

}  // namespace duplex::eio
