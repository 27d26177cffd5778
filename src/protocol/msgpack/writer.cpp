// SPDX-License-Identifier: MIT
#include "protocol/msgpack/writer.h"

#include <bit>
#include <cmath>

namespace duplex::msgpack {

/// A kind, and a big-endian number of that many bytes.
void Writer::head(unsigned kind, std::uint64_t value, std::size_t bytes) {
  char text[9] = {static_cast<char>(kind)};
  for (std::size_t i = bytes; i > 0; --i, value >>= 8) text[i] = static_cast<char>(value & 0xff);
  out_->append(text, 1 + bytes);
}

void Writer::unsigned_integer(std::uint64_t value) {
  if (value < 0x80) return byte(static_cast<unsigned>(value));
  if (value < 0x100) return head(0xcc, value, 1);
  if (value < 0x10000) return head(0xcd, value, 2);
  if (value < 0x100000000) return head(0xce, value, 4);
  head(0xcf, value, 8);
}

void Writer::integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) return unsigned_integer(bits);
  if (value >= -0x20) return byte(static_cast<unsigned>(bits & 0xff));
  if (value >= -0x80) return head(0xd0, bits, 1);
  if (value >= -0x8000) return head(0xd1, bits, 2);
  if (value >= -0x80000000LL) return head(0xd2, bits, 4);
  head(0xd3, bits, 8);
}

void Writer::number(double value) {
  // notepack loses the upper bits of integers from 2^64 on, and from below -2^63: here they stay what they are.
  if (std::trunc(value) != value || !(value >= -0x1p63 && value < 0x1p64)) return real(value);
  if (value < 0) return integer(static_cast<std::int64_t>(value));
  unsigned_integer(static_cast<std::uint64_t>(value));
}

void Writer::real(double value) { head(0xcb, std::bit_cast<std::uint64_t>(value), 8); }

void Writer::string(std::string_view utf8) {
  const std::size_t size = utf8.size();
  if (size < 0x20)
    byte(0xa0 | static_cast<unsigned>(size));
  else if (size < 0x100)
    head(0xd9, size, 1);
  else if (size < 0x10000)
    head(0xda, size, 2);
  else
    head(0xdb, size, 4);
  out_->append(utf8);
}

void Writer::binary(ConstBytes bytes) {
  const std::size_t size = bytes.size();
  if (size < 0x100)
    head(0xc4, size, 1);
  else if (size < 0x10000)
    head(0xc5, size, 2);
  else
    head(0xc6, size, 4);
  out_->append(as_text(bytes));
}

void Writer::date(std::int64_t milliseconds) {
  out_->append("\xd7\0", 2);
  char text[8];
  store_be64(reinterpret_cast<std::byte*>(text), static_cast<std::uint64_t>(milliseconds));
  out_->append(text, sizeof text);
}

void Writer::array(std::size_t values) {
  if (values < 0x10) return byte(0x90 | static_cast<unsigned>(values));
  if (values < 0x10000) return head(0xdc, values, 2);
  head(0xdd, values, 4);
}

void Writer::map(std::size_t pairs) {
  if (pairs < 0x10) return byte(0x80 | static_cast<unsigned>(pairs));
  if (pairs < 0x10000) return head(0xde, pairs, 2);
  head(0xdf, pairs, 4);
}

}  // namespace duplex::msgpack
