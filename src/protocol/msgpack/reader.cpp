// SPDX-License-Identifier: MIT
#include "protocol/msgpack/reader.h"

#include <bit>

#include "core/utf8.h"

namespace duplex::msgpack {
namespace {

std::uint64_t load(const std::byte* at, std::size_t bytes) noexcept {
  switch (bytes) {
    case 1:
      return std::to_integer<std::uint64_t>(*at);
    case 2:
      return load_be16(at);
    case 4:
      return load_be32(at);
    default:
      return load_be64(at);
  }
}

bool is_utf8(ConstBytes bytes) noexcept {
  if (bytes.size() > 32) return is_valid_utf8(bytes);
  unsigned all = 0;  // most strings are short, and ASCII
  for (const std::byte b : bytes) all |= std::to_integer<unsigned>(b);
  return all < 0x80 || is_valid_utf8(bytes);
}

}  // namespace

bool Reader::take(std::size_t n, const std::byte*& bytes) noexcept {
  if (left() < n) return false;
  bytes = at_;
  at_ += n;
  return true;
}

bool Reader::length(std::size_t bytes, std::uint32_t& out) noexcept {
  const std::byte* from = nullptr;
  if (!take(bytes, from)) return false;
  out = static_cast<std::uint32_t>(load(from, bytes));
  return true;
}

Errc Reader::number(std::size_t bytes, bool is_signed, Value& out) noexcept {
  const std::byte* from = nullptr;
  if (!take(bytes, from)) return Errc::truncated;
  const std::uint64_t bits = load(from, bytes);
  const auto unused = static_cast<int>(64 - 8 * bytes);
  const auto value = static_cast<std::int64_t>(bits << unused) >> unused;
  if (is_signed && value < 0) {
    out.kind = Kind::integer;
    out.integer = value;
  } else {
    out.kind = Kind::unsigned_integer;
    out.unsigned_integer = bits;
  }
  return Errc::ok;
}

Errc Reader::real(std::size_t bytes, Value& out) noexcept {
  const std::byte* from = nullptr;
  if (!take(bytes, from)) return Errc::truncated;
  out.kind = Kind::real;
  out.real =
      bytes == 4 ? static_cast<double>(std::bit_cast<float>(load_be32(from))) : std::bit_cast<double>(load_be64(from));
  return Errc::ok;
}

Errc Reader::run(Kind kind, std::size_t size, Value& out) noexcept {
  const std::byte* from = nullptr;
  if (!take(size, from)) return Errc::truncated;
  out.kind = kind;
  out.bytes = {from, size};
  return Errc::ok;
}

Errc Reader::string(std::size_t size, Value& out) noexcept {
  if (const Errc e = run(Kind::string, size, out); e != Errc::ok) return e;
  return is_utf8(out.bytes) ? Errc::ok : Errc::not_utf8;
}

Errc Reader::extension(std::size_t size, bool fixed, Value& out) noexcept {
  const std::byte* type = nullptr;
  if (!take(1, type)) return Errc::truncated;
  out.type = static_cast<std::int8_t>(*type);
  if (const Errc e = run(Kind::extension, size, out); e != Errc::ok) return e;
  if (out.type != 0) return Errc::ok;
  if (!fixed) {
    out.kind = Kind::binary;
  } else if (size == 1) {
    out.kind = Kind::undefined;
  } else if (size == 8) {
    out.kind = Kind::date;
    out.integer = static_cast<std::int64_t>(load_be64(out.bytes.data()));
  }
  return Errc::ok;
}

Errc Reader::container(Kind kind, std::uint32_t size, Value& out) noexcept {
  const std::uint64_t values = std::uint64_t{size} * (kind == Kind::map ? 2 : 1);
  if (values > left()) return Errc::truncated;  // each takes a byte at least
  out.kind = kind;
  out.size = size;
  return Errc::ok;
}

Errc Reader::next(Value& out) noexcept {
  const std::byte* head = nullptr;
  if (!take(1, head)) return Errc::truncated;
  const auto byte = std::to_integer<unsigned>(*head);
  if (byte < 0x80) {
    out.kind = Kind::unsigned_integer;
    out.unsigned_integer = byte;
    return Errc::ok;
  }
  if (byte < 0x90) return container(Kind::map, byte & 0x0f, out);
  if (byte < 0xa0) return container(Kind::array, byte & 0x0f, out);
  if (byte < 0xc0) return string(byte & 0x1f, out);
  if (byte >= 0xe0) {
    out.kind = Kind::integer;
    out.integer = static_cast<std::int8_t>(*head);
    return Errc::ok;
  }

  std::uint32_t size = 0;
  switch (byte) {
    case 0xc0:
      out.kind = Kind::nil;
      return Errc::ok;
    case 0xc2:
    case 0xc3:
      out.kind = Kind::boolean;
      out.boolean = byte == 0xc3;
      return Errc::ok;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return length(std::size_t{1} << (byte - 0xc4), size) ? run(Kind::binary, size, out) : Errc::truncated;
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return length(std::size_t{1} << (byte - 0xc7), size) ? extension(size, false, out) : Errc::truncated;
    case 0xca:
      return real(4, out);
    case 0xcb:
      return real(8, out);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return number(std::size_t{1} << (byte - 0xcc), false, out);
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return number(std::size_t{1} << (byte - 0xd0), true, out);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return extension(std::size_t{1} << (byte - 0xd4), true, out);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return length(std::size_t{1} << (byte - 0xd9), size) ? string(size, out) : Errc::truncated;
    case 0xdc:
    case 0xdd:
      return length(std::size_t{2} << (byte - 0xdc), size) ? container(Kind::array, size, out) : Errc::truncated;
    case 0xde:
    case 0xdf:
      return length(std::size_t{2} << (byte - 0xde), size) ? container(Kind::map, size, out) : Errc::truncated;
    default:
      return Errc::reserved_byte;
  }
}

Errc Reader::skip() noexcept {
  Value value;
  for (std::uint64_t due = 1; due != 0; --due) {
    if (due > left()) return Errc::truncated;
    if (const Errc e = next(value); e != Errc::ok) return e;
    if (value.kind == Kind::array) due += value.size;
    if (value.kind == Kind::map) due += std::uint64_t{value.size} * 2;
  }
  return Errc::ok;
}

}  // namespace duplex::msgpack
