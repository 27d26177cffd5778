// SPDX-License-Identifier: MIT
#include "protocol/json/number.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace duplex::json {
namespace {

/// A number that std::from_chars finds out of range: is it too large, or too close to zero? Counts where its first
/// digit other than 0 stands.
bool is_huge(std::string_view text) noexcept {
  const auto mark = text.find_first_of("eE");
  const auto mantissa = text.substr(0, mark);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  const auto first = mantissa.find_first_of("123456789");
  if (first == mantissa.npos) return false;
  auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (mark == text.npos) return magnitude > 0;
  auto exponent = text.substr(mark + 1);
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t power = 0;
  for (char c : exponent)
    power = std::min<std::int64_t>(power * 10 + (c - '0'), std::numeric_limits<std::int32_t>::max());
  return magnitude + (negative ? -power : power) > 0;
}

bool is_json_number(std::string_view text) noexcept {
  // std::from_chars also knows "inf" and "nan".
  const auto digit = text.starts_with('-') ? 1u : 0u;
  return text.size() > digit && text[digit] >= '0' && text[digit] <= '9';
}

template <class Integer>
duplex::Errc read_integer(std::string_view text, Integer& out) noexcept {
  if (!is_json_number(text)) return duplex::Errc::bad_argument;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (stop == end && error == std::errc()) return duplex::Errc::ok;
  if (stop == end && error == std::errc::result_out_of_range) return duplex::Errc::out_of_range;
  double value = 0;  // -1 for an unsigned type, 2.0, 2e3
  if (const auto e = read_number(text, value); e != duplex::Errc::ok) return e;
  if (std::trunc(value) != value) return duplex::Errc::bad_argument;
  // 2^63 and 2^64 are doubles; the largest integers are not.
  constexpr double least = static_cast<double>(std::numeric_limits<Integer>::min());
  const double beyond = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  if (!(value >= least && value < beyond)) return duplex::Errc::out_of_range;
  out = static_cast<Integer>(value);
  return duplex::Errc::ok;
}

/// `digits` with the decimal point `point` places from their beginning.
void append_layout(std::string& out, std::string_view digits, int point) {
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    out.push_back(digits[0]);
    if (count > 1) out.append(1, '.').append(digits.substr(1));
    out.push_back('e');
    out.push_back(point > 0 ? '+' : '-');
    append_number(out, static_cast<std::int64_t>(std::abs(point - 1)));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (point >= count) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    out.append(digits.substr(0, static_cast<std::size_t>(point)))
        .append(1, '.')
        .append(digits.substr(static_cast<std::size_t>(point)));
  }
}

template <class Real>
void append_real(std::string& out, Real value) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  if (value == 0) {
    out.push_back('0');  // -0 too
    return;
  }
  char text[32];  // d.dddde±xxx, which holds the shortest digits and where the point stands
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const std::string_view scientific(text, static_cast<std::size_t>(end - text));
  const auto mark = scientific.find('e');
  int exponent = 0;
  std::from_chars(text + mark + (text[mark + 1] == '+' ? 2 : 1), end, exponent);
  char digits[24];
  std::size_t n = 0;
  for (char c : scientific.substr(0, mark))
    if (c >= '0' && c <= '9') digits[n++] = c;
  if (value < 0) out.push_back('-');
  append_layout(out, {digits, n}, exponent + 1);
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

duplex::Errc read_number(std::string_view text, std::int64_t& out) noexcept { return read_integer(text, out); }
duplex::Errc read_number(std::string_view text, std::uint64_t& out) noexcept { return read_integer(text, out); }

duplex::Errc read_number(std::string_view text, double& out) noexcept {
  if (!is_json_number(text)) return duplex::Errc::bad_argument;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (stop != end) return duplex::Errc::bad_argument;
  if (error == std::errc::result_out_of_range) {
    out = is_huge(text) ? std::numeric_limits<double>::infinity() : 0.0;
    if (text.starts_with('-')) out = -out;
  }
  return duplex::Errc::ok;
}

void append_number(std::string& out, double value) { append_real(out, value); }
void append_number(std::string& out, float value) { append_real(out, value); }
void append_number(std::string& out, std::int64_t value) { append_integer(out, value); }
void append_number(std::string& out, std::uint64_t value) { append_integer(out, value); }

}  // namespace duplex::json
