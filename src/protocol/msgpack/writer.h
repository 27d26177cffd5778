// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace duplex::msgpack {

/// Appends MessagePack, byte for byte what npm notepack.io 2 writes of the same values: the shortest form of integers
/// and lengths, float 64 for every other number. What is written must be at most 2^32 - 1 bytes or values long.
///
///     msgpack::Writer w(out);
///     w.map(2);
///     w.string("type"), w.unsigned_integer(2);
///     w.string("data"), w.array(1), w.string("hello");
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(&out) {}

  void nil() { byte(0xc0); }
  void undefined() { out_->append("\xd4\0\0", 3); }
  void boolean(bool value) { byte(value ? 0xc3 : 0xc2); }
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  /// An integer if that is what the number is, and it fits into 64 bits; -0 is 0, as in notepack.
  void number(double value);
  void string(std::string_view utf8);
  void binary(ConstBytes bytes);
  void date(std::int64_t milliseconds);  ///< since 1970
  void array(std::size_t values);        ///< that many values follow
  void map(std::size_t pairs);           ///< that many keys, each with its value, follow

 private:
  void byte(unsigned value) { out_->push_back(static_cast<char>(value)); }
  void head(unsigned kind, std::uint64_t value, std::size_t bytes);
  void real(double value);

  std::string* out_;
};

}  // namespace duplex::msgpack
