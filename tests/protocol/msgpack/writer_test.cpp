// SPDX-License-Identifier: MIT
#include "protocol/msgpack/writer.h"

#include <doctest/doctest.h>

#include <limits>

#include "support/hex.h"

using namespace duplex;
using namespace duplex::testing;
using msgpack::Writer;

namespace {

template <class F>
bool writes(F&& write, std::string_view digits) {
  std::string out;
  Writer w(out);
  write(w);
  const auto bytes = hex(digits);
  return out == as_text(ConstBytes(bytes));
}
bool integer(std::int64_t value, std::string_view digits) {
  return writes([value](Writer& w) { w.integer(value); }, digits);
}
bool number(double value, std::string_view digits) {
  return writes([value](Writer& w) { w.number(value); }, digits);
}
std::string head_of_string(std::size_t size) {
  std::string out;
  Writer(out).string(std::string(size, 'x'));
  return out.substr(0, out.size() - size);
}
std::string head_of_binary(std::size_t size) {
  const std::string bytes(size, 'x');
  std::string out;
  Writer(out).binary(as_bytes(bytes));
  return out.substr(0, out.size() - size);
}
std::string text(std::string_view digits) {
  const auto bytes = hex(digits);
  return std::string(as_text(ConstBytes(bytes)));
}

}  // namespace

TEST_CASE("MessagePack: integers take the shortest form, at each edge") {
  CHECK(integer(0, "00"));
  CHECK(integer(127, "7f"));
  CHECK(integer(128, "cc 80"));
  CHECK(integer(255, "cc ff"));
  CHECK(integer(256, "cd 0100"));
  CHECK(integer(65535, "cd ffff"));
  CHECK(integer(65536, "ce 00010000"));
  CHECK(integer(4294967295, "ce ffffffff"));
  CHECK(integer(4294967296, "cf 0000000100000000"));
  CHECK(integer(INT64_MAX, "cf 7fffffffffffffff"));
  CHECK(integer(-1, "ff"));
  CHECK(integer(-32, "e0"));
  CHECK(integer(-33, "d0 df"));
  CHECK(integer(-128, "d0 80"));
  CHECK(integer(-129, "d1 ff7f"));
  CHECK(integer(-32768, "d1 8000"));
  CHECK(integer(-32769, "d2 ffff7fff"));
  CHECK(integer(INT32_MIN, "d2 80000000"));
  CHECK(integer(std::int64_t{INT32_MIN} - 1, "d3 ffffffff7fffffff"));
  CHECK(integer(INT64_MIN, "d3 8000000000000000"));
  CHECK(writes([](Writer& w) { w.unsigned_integer(UINT64_MAX); }, "cf ffffffffffffffff"));
}

TEST_CASE("MessagePack: a double that is an integer is one; every other number is a float 64") {
  CHECK(number(5, "05"));
  CHECK(number(-0.0, "00"));
  CHECK(number(0x1p53, "cf 0020000000000000"));
  CHECK(number(0x1p63, "cf 8000000000000000"));
  CHECK(number(-0x1p63, "d3 8000000000000000"));
  CHECK(number(1.5, "cb 3ff8000000000000"));
  CHECK(number(0x1p64, "cb 43f0000000000000"));  // notepack writes 0
  CHECK(number(std::numeric_limits<double>::infinity(), "cb 7ff0000000000000"));
  CHECK(number(std::numeric_limits<double>::quiet_NaN(), "cb 7ff8000000000000"));
}

TEST_CASE("MessagePack: strings, binaries, arrays and maps take the shortest head, at each edge") {
  CHECK(head_of_string(0) == text("a0"));
  CHECK(head_of_string(31) == text("bf"));
  CHECK(head_of_string(32) == text("d9 20"));
  CHECK(head_of_string(255) == text("d9 ff"));
  CHECK(head_of_string(256) == text("da 0100"));
  CHECK(head_of_string(65536) == text("db 00010000"));
  CHECK(head_of_binary(0) == text("c4 00"));
  CHECK(head_of_binary(256) == text("c5 0100"));
  CHECK(head_of_binary(65536) == text("c6 00010000"));
  for (const auto& [size, digits] : std::initializer_list<std::pair<std::size_t, const char*>>{
           {0, "90"}, {15, "9f"}, {16, "dc 0010"}, {65536, "dd 00010000"}})
    CHECK(writes([n = size](Writer& w) { w.array(n); }, digits));
  for (const auto& [size, digits] : std::initializer_list<std::pair<std::size_t, const char*>>{
           {0, "80"}, {15, "8f"}, {16, "de 0010"}, {65536, "df 00010000"}})
    CHECK(writes([n = size](Writer& w) { w.map(n); }, digits));
}

TEST_CASE("MessagePack: nil, undefined, booleans and dates are written as notepack writes them") {
  CHECK(writes([](Writer& w) { w.nil(), w.undefined(), w.boolean(true), w.boolean(false); }, "c0 d40000 c3 c2"));
  CHECK(writes([](Writer& w) { w.date(0), w.date(-1); }, "d700 0000000000000000 d700 ffffffffffffffff"));
}
