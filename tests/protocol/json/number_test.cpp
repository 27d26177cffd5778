// SPDX-License-Identifier: MIT
#include "protocol/json/number.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace duplex;

namespace {
template <class T>
std::string written(T value) {
  std::string out;
  json::append_number(out, value);
  return out;
}
template <class T>
Errc read(std::string_view text, T& out) {
  return json::read_number(text, out);
}
}  // namespace

// The expected texts are what JSON.stringify gives for the same doubles.
TEST_CASE("doubles are written as JSON.stringify writes them") {
  CHECK(written(0.0) == "0");
  CHECK(written(-0.0) == "0");
  CHECK(written(1.0) == "1");
  CHECK(written(-1.5) == "-1.5");
  CHECK(written(0.1) == "0.1");
  CHECK(written(0.1 + 0.2) == "0.30000000000000004");
  CHECK(written(100.0) == "100");
  CHECK(written(123456.789) == "123456.789");
  CHECK(written(1e20) == "100000000000000000000");
  CHECK(written(1e21) == "1e+21");
  CHECK(written(1.5e21) == "1.5e+21");
  CHECK(written(1.2345678901234567e20) == "123456789012345670000");
  CHECK(written(1e-6) == "0.000001");
  CHECK(written(1.5e-6) == "0.0000015");
  CHECK(written(1e-7) == "1e-7");
  CHECK(written(1.25e-10) == "1.25e-10");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(written(9007199254740993.0) == "9007199254740992");
}

TEST_CASE("a float has the digits of a float") {
  CHECK(written(0.1f) == "0.1");
  CHECK(written(16777216.0f) == "16777216");
  CHECK(written(1e-7f) == "1e-7");
}

TEST_CASE("NaN and infinities are null") {
  CHECK(written(std::nan("")) == "null");
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(-std::numeric_limits<float>::infinity()) == "null");
}

TEST_CASE("integers are written in full") {
  CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("integers are read from any way to write one") {
  std::int64_t n = 0;
  for (const auto& row :
       std::initializer_list<std::pair<const char*, std::int64_t>>{{"0", 0},
                                                                   {"-0", 0},
                                                                   {"42", 42},
                                                                   {"2.0", 2},
                                                                   {"2e3", 2000},
                                                                   {"-1.5e1", -15},
                                                                   {"9223372036854775807", INT64_MAX}}) {
    CAPTURE(row.first);
    CHECK(read(row.first, n) == Errc::ok);
    CHECK(n == row.second);
  }
  CHECK(read("2.5", n) == Errc::bad_argument);
  CHECK(read("1e-1", n) == Errc::bad_argument);
  CHECK(read("9223372036854775808", n) == Errc::out_of_range);
  CHECK(read("9.3e18", n) == Errc::out_of_range);
  CHECK(read("-9.3e18", n) == Errc::out_of_range);
  CHECK(read("1e999", n) == Errc::out_of_range);
  CHECK(read(std::string(5000, '9'), n) == Errc::out_of_range);
  CHECK(read("\"1\"", n) == Errc::bad_argument);
  CHECK(read("", n) == Errc::bad_argument);
  std::uint64_t u = 0;
  CHECK(read("18446744073709551615", u) == Errc::ok);
  CHECK(u == UINT64_MAX);
  CHECK(read("-1", u) == Errc::out_of_range);
  CHECK(read("18446744073709551616", u) == Errc::out_of_range);
  CHECK(read("-0", u) == Errc::ok);
}

TEST_CASE("S8: 1e999 is infinity and 1e-999 is zero, as in JavaScript; 5,000 digits are a number") {
  double d = 0;
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK((read("1e999", d) == Errc::ok && d == infinity));
  CHECK((read("-1e999", d) == Errc::ok && d == -infinity));
  CHECK((read("1e99999999999999999999", d) == Errc::ok && d == infinity));
  CHECK((read("1e-999", d) == Errc::ok && d == 0));
  CHECK((read("0e999", d) == Errc::ok && d == 0));
  CHECK((read("0.000e999", d) == Errc::ok && d == 0));
  CHECK((read(std::string(5000, '9'), d) == Errc::ok && d == infinity));
  CHECK((read("0." + std::string(5000, '0') + "1", d) == Errc::ok && d == 0));
  CHECK((read("0." + std::string(400, '0') + "1e401", d) == Errc::ok && d == 1));
  CHECK((read("1." + std::string(5000, '0') + "1", d) == Errc::ok && d == 1));
}

TEST_CASE("words that std::from_chars knows are no JSON numbers") {
  double d = 0;
  for (auto text : {"inf", "nan", "-inf", "infinity", "", "-", "1x"}) CHECK(read(text, d) == Errc::bad_argument);
}
