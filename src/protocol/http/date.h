// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace duplex::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7, IMF-fixdate).
using DateText = std::array<char, 29>;

/// Seconds since 1970-01-01 UTC as a date; years 1970 to 9999, beyond them the nearest of these.
DateText format_date(std::int64_t unix_seconds) noexcept;
/// The seconds since 1970 of an IMF-fixdate; nothing if it is not one.
std::optional<std::int64_t> parse_date(std::string_view text) noexcept;

/// The value of the Date header, formatted once a second. One per loop.
class CachedDate {
 public:
  std::string_view at(std::int64_t unix_seconds) noexcept {
    if (unix_seconds != second_) text_ = format_date(second_ = unix_seconds);
    return {text_.data(), text_.size()};
  }

 private:
  std::int64_t second_ = -1;
  DateText text_{};
};

}  // namespace duplex::http
