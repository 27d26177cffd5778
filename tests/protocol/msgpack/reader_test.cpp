// SPDX-License-Identifier: MIT
#include "protocol/msgpack/reader.h"

#include <doctest/doctest.h>

#include <string>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::testing;
using msgpack::Errc;
using msgpack::Kind;
using msgpack::Reader;
using msgpack::Value;

namespace {

/// The one value that the bytes are; `at_end` says whether it is all of them.
Value read(std::string_view digits) {
  static std::vector<std::byte> bytes;  // what the value borrows from
  bytes = hex(digits);
  Reader reader(bytes);
  Value value;
  CAPTURE(digits);
  CHECK(reader.next(value) == Errc::ok);
  CHECK(reader.at_end());
  return value;
}

Errc error_of(ConstBytes bytes) {
  Reader reader(bytes);
  return reader.skip();
}
Errc error_of(std::string_view digits) {
  const auto bytes = hex(digits);
  return error_of(ConstBytes(bytes));
}

}  // namespace

TEST_CASE("MessagePack: each form of an integer is that integer") {
  for (const auto& [digits, value] : std::initializer_list<std::pair<const char*, std::uint64_t>>{
           {"00", 0},
           {"7f", 127},
           {"cc ff", 255},
           {"cd 0100", 256},
           {"ce ffffffff", 4294967295},
           {"cf ffffffffffffffff", UINT64_MAX},
           {"d0 05", 5},  // longer than need be, and signed: other libraries write that
           {"d1 0005", 5},
           {"d2 00000005", 5},
           {"d3 0000000000000005", 5}}) {
    CHECK(read(digits).kind == Kind::unsigned_integer);
    CHECK(read(digits).unsigned_integer == value);
  }
  for (const auto& [digits, value] :
       std::initializer_list<std::pair<const char*, std::int64_t>>{{"ff", -1},
                                                                   {"e0", -32},
                                                                   {"d0 80", -128},
                                                                   {"d1 8000", -32768},
                                                                   {"d2 80000000", INT32_MIN},
                                                                   {"d3 8000000000000000", INT64_MIN},
                                                                   {"d3 ffffffffffffffff", -1}}) {
    CHECK(read(digits).kind == Kind::integer);
    CHECK(read(digits).integer == value);
  }
}

TEST_CASE("MessagePack: scalars, strings and binaries in each of their forms") {
  CHECK(read("c0").kind == Kind::nil);
  CHECK(read("c3").boolean);
  CHECK_FALSE(read("c2").boolean);
  CHECK(read("ca 3fc00000").real == 1.5);
  CHECK(read("cb 3ff8000000000000").real == 1.5);
  for (const char* digits : {"a3 616263", "d9 03 616263", "da 0003 616263", "db 00000003 616263"}) {
    CHECK(read(digits).kind == Kind::string);
    CHECK(read(digits).text() == "abc");
  }
  for (const char* digits : {"c4 03 616263", "c5 0003 616263", "c6 00000003 616263"}) {
    CHECK(read(digits).kind == Kind::binary);
    CHECK(read(digits).text() == "abc");
  }
  for (const char* digits : {"93 c0 c0 c0", "dc 0003 c0 c0 c0", "dd 00000003 c0 c0 c0"}) {
    const auto bytes = hex(digits);
    Reader reader{ConstBytes(bytes)};
    Value value;
    CHECK(reader.next(value) == Errc::ok);
    CHECK(value.kind == Kind::array);
    CHECK(value.size == 3);
    CHECK(reader.left() == 3);
  }
  for (const char* digits : {"81 01 c0", "de 0001 01 c0", "df 00000001 01 c0"}) {
    const auto bytes = hex(digits);
    Reader reader{ConstBytes(bytes)};
    Value value;
    CHECK(reader.next(value) == Errc::ok);
    CHECK(value.kind == Kind::map);
    CHECK(value.size == 1);
    CHECK(reader.left() == 2);
  }
}

TEST_CASE("MessagePack: extensions of type 0 are notepack's undefined, Date and ArrayBuffer; others are extensions") {
  CHECK(read("d4 00 00").kind == Kind::undefined);
  CHECK(read("d7 00 0000019aa2b3c4d5").kind == Kind::date);
  CHECK(read("d7 00 ffffffffffffffff").integer == -1);
  for (const char* digits : {"c7 03 00 616263", "c8 0003 00 616263", "c9 00000003 00 616263"}) {
    CHECK(read(digits).kind == Kind::binary);
    CHECK(read(digits).text() == "abc");
  }
  for (const char* digits : {"d5 00 6162", "d6 00 61626364", "d8 00 61626364616263646162636461626364", "d4 05 61",
                             "d7 ff 6162636465666768", "c7 03 05 616263"}) {
    CAPTURE(digits);
    CHECK(read(digits).kind == Kind::extension);
    CHECK(read(digits).text().starts_with("a"));
  }
  CHECK(read("d7 ff 6162636465666768").type == -1);
}

TEST_CASE("MessagePack: what is cut off anywhere is truncated, and nothing beyond is read") {
  for (const char* digits : {"cc ff",
                             "cd 0100",
                             "ce ffffffff",
                             "cf ffffffffffffffff",
                             "d3 8000000000000000",
                             "ca 3fc00000",
                             "cb 3ff8000000000000",
                             "a3 616263",
                             "d9 03 616263",
                             "da 0003 616263",
                             "db 00000003 616263",
                             "c4 03 616263",
                             "c5 0003 616263",
                             "c6 00000003 616263",
                             "c7 03 00 616263",
                             "c8 0003 00 616263",
                             "c9 00000003 00 616263",
                             "d4 00 00",
                             "d7 00 0000019aa2b3c4d5",
                             "93 c0 c0 c0",
                             "dc 0003 c0 c0 c0",
                             "dd 00000003 c0 c0 c0",
                             "81 01 c0",
                             "de 0001 01 c0",
                             "df 00000001 01 c0",
                             "82 a1 61 92 01 02 a1 62 81 a1 63 c4 01 00"}) {
    CAPTURE(digits);
    const auto whole = hex(digits);
    CHECK(error_of(ConstBytes(whole)) == Errc::ok);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(error_of(ConstBytes(part)) == Errc::truncated);  // ASan watches the end of `part`
    }
  }
}

TEST_CASE("MessagePack: a length that the bytes cannot hold is refused when it is read, and costs nothing") {
  for (const char* digits : {"dd ffffffff", "df ffffffff", "df 80000000 01 02", "c6 ffffffff 00", "db ffffffff 61",
                             "c9 ffffffff 00", "93 c0 c0", "81 c0", "92 92 c0 c0"}) {
    CAPTURE(digits);
    const auto bytes = hex(digits);
    Errc error = Errc::ok;
    CHECK(allocations_during([&] { error = error_of(ConstBytes(bytes)); }) == 0);
    CHECK(error == Errc::truncated);
  }
}

TEST_CASE("MessagePack: a million arrays within each other are stepped over without a stack") {
  std::vector<std::byte> deep(1'000'000, std::byte{0x91});
  CHECK(error_of(ConstBytes(deep)) == Errc::truncated);
  deep.push_back(std::byte{0xc0});
  CHECK(error_of(ConstBytes(deep)) == Errc::ok);
}

TEST_CASE("MessagePack: 0xc1 begins nothing, and strings are UTF-8") {
  CHECK(error_of("c1") == Errc::reserved_byte);
  CHECK(error_of("92 01 c1") == Errc::reserved_byte);
  for (const char* digits : {"a1 ff", "a2 c3 28", "a3 eda080", "d9 01 80", "a2 c080"})
    CHECK(error_of(digits) == Errc::not_utf8);
  CHECK(error_of("a4 f09f9880") == Errc::ok);
  std::string_view long_text = "d928 61616161616161616161616161616161616161616161616161616161616161616161616161616161";
  CHECK(error_of(long_text) == Errc::ok);
}

TEST_CASE("MessagePack: each error has its words") {
  for (const Errc e :
       {Errc::ok, Errc::truncated, Errc::reserved_byte, Errc::trailing_bytes, Errc::not_utf8, Errc::bad_key})
    CHECK(msgpack::make_error_code(e).message() == msgpack::text(e));
  CHECK(msgpack::make_error_code(Errc::truncated).category().name() == std::string_view("msgpack"));
  CHECK(msgpack::text(static_cast<Errc>(99)) == "unknown error");
}
