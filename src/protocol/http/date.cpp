// SPDX-License-Identifier: MIT
#include "protocol/http/date.h"

#include <algorithm>

namespace duplex::http {
namespace {

constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t latest = 253'402'300'799;  // 9999-12-31 23:59:59

struct Day {
  int year, month, day;  // month from 0
};

constexpr bool is_leap(int year) noexcept { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
constexpr int days_in(int month, int year) noexcept {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month] + (month == 1 && is_leap(year) ? 1 : 0);
}
/// Days from 1970-01-01 to the first of January.
constexpr std::int64_t days_to_year(int year) noexcept {
  const int y = year - 1;
  return std::int64_t{365} * (year - 1970) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400);
}
static_assert(days_to_year(1970) == 0 && days_to_year(2000) == 10'957 && days_to_year(2001) == 11'323);

Day day_of(std::int64_t days) noexcept {
  int year = 1970 + static_cast<int>(days / 366);  // never late, and a few years early at most
  while (days_to_year(year + 1) <= days) ++year;
  days -= days_to_year(year);
  int month = 0;
  for (; days >= days_in(month, year); ++month) days -= days_in(month, year);
  return {year, month, static_cast<int>(days) + 1};
}

/// Writes `value` with `digits` digits.
void put(char* at, std::int64_t value, int digits) noexcept {
  for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

/// The decimal number of `digits` digits at `at`; negative if it is none.
int number(std::string_view text, std::size_t at, std::size_t digits) noexcept {
  int value = 0;
  for (char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// The index of a three-letter name in a table of such; negative if it is not there.
int name_index(std::string_view table, std::string_view name) noexcept {
  for (std::size_t i = 0; i < table.size(); i += 3) {
    if (table.substr(i, 3) == name) return static_cast<int>(i / 3);
  }
  return -1;
}

}  // namespace

DateText format_date(std::int64_t unix_seconds) noexcept {
  unix_seconds = std::clamp<std::int64_t>(unix_seconds, 0, latest);
  const std::int64_t days = unix_seconds / seconds_per_day, second = unix_seconds % seconds_per_day;
  const Day day = day_of(days);
  DateText text;
  constexpr std::string_view shape = "Sun, 06 Nov 1994 08:49:37 GMT";
  std::copy(shape.begin(), shape.end(), text.begin());
  weekdays.copy(&text[0], 3, static_cast<std::size_t>((days + 4) % 7 * 3));  // 1970-01-01 was a Thursday
  put(&text[5], day.day, 2);
  months.copy(&text[8], 3, static_cast<std::size_t>(day.month) * 3);
  put(&text[12], day.year, 4);
  put(&text[17], second / 3600, 2);
  put(&text[20], second / 60 % 60, 2);
  put(&text[23], second % 60, 2);
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  const int month = name_index(months, text.substr(8, 3)), year = number(text, 12, 4), day = number(text, 5, 2);
  const int hour = number(text, 17, 2), minute = number(text, 20, 2), second = number(text, 23, 2);
  if (month < 0 || year < 1970 || day < 1 || day > days_in(month, year) || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {  // 60 is a leap second
    return std::nullopt;
  }
  std::int64_t days = days_to_year(year) + day - 1;
  for (int m = 0; m < month; ++m) days += days_in(m, year);
  if (name_index(weekdays, text.substr(0, 3)) != (days + 4) % 7) return std::nullopt;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

}  // namespace duplex::http
