// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "core/bytes.h"
#include "protocol/msgpack/error.h"

// MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), with the meaning that npm notepack.io 2, which
// Socket.IO's msgpack parser stands on, gives to extensions of type 0: `undefined`, a Date, an ArrayBuffer.
namespace duplex::msgpack {

enum class Kind : unsigned char {
  nil,
  undefined,  ///< fixext 1 of type 0
  boolean,
  integer,           ///< below zero
  unsigned_integer,  ///< zero or more, however it is written
  real,              ///< float 32 or 64
  string,            ///< valid UTF-8
  binary,            ///< bin; or ext 8, 16 or 32 of type 0, a typed array or an ArrayBuffer
  date,              ///< fixext 8 of type 0
  extension,         ///< any other
  array,
  map,
};

/// One value; of an array or a map only its head: what is in it comes next.
struct Value {
  Kind kind = Kind::nil;
  std::int8_t type = 0;    ///< extension
  std::uint32_t size = 0;  ///< array: values; map: pairs of a key and a value
  union {
    bool boolean;
    std::int64_t integer;  ///< integer; date: milliseconds since 1970
    std::uint64_t unsigned_integer = 0;
    double real;
  };
  ConstBytes bytes;  ///< string, binary, extension: borrowed from what is read

  std::string_view text() const noexcept { return as_text(bytes); }
};

/// Reads values one after the other. Never looks beyond the bytes, allocates nothing, does not recurse. An array or a
/// map that announces more than the bytes that are left can hold is refused when its head is read.
///
///     msgpack::Reader reader(bytes);
///     msgpack::Value value;
///     while (!reader.at_end() && reader.next(value) == msgpack::Errc::ok) …
class Reader {
 public:
  explicit Reader(ConstBytes bytes) noexcept : at_(bytes.data()), end_(at_ + bytes.size()) {}

  Errc next(Value& out) noexcept;
  /// Steps over one whole value, checking it as `next` does.
  Errc skip() noexcept;
  bool at_end() const noexcept { return at_ == end_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

 private:
  bool take(std::size_t n, const std::byte*& bytes) noexcept;
  bool length(std::size_t bytes, std::uint32_t& out) noexcept;
  Errc number(std::size_t bytes, bool is_signed, Value& out) noexcept;
  Errc real(std::size_t bytes, Value& out) noexcept;
  Errc string(std::size_t size, Value& out) noexcept;
  Errc run(Kind kind, std::size_t size, Value& out) noexcept;
  Errc extension(std::size_t size, bool fixed, Value& out) noexcept;
  Errc container(Kind kind, std::uint32_t size, Value& out) noexcept;

  const std::byte* at_;
  const std::byte* end_;
};

}  // namespace duplex::msgpack
