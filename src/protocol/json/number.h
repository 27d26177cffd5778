// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <duplex/error.h>

namespace duplex::json {

/// Reads one JSON number that is the whole of `text`. `Errc::bad_argument` if it is no such number, `out_of_range` if
/// it does not fit. An integer may be written as `2.0` or `2e3`; a double that is too large is infinite, as in
/// JavaScript.
duplex::Errc read_number(std::string_view text, std::int64_t& out) noexcept;
duplex::Errc read_number(std::string_view text, std::uint64_t& out) noexcept;
duplex::Errc read_number(std::string_view text, double& out) noexcept;

/// Appends the number as JSON.stringify writes it (ECMA-262 §6.1.6.1.20 Number::toString): the shortest digits that
/// read back as the same number, no ".0", an exponent from 1e21 and below 1e-6. NaN and infinities are null.
void append_number(std::string& out, double value);
void append_number(std::string& out, float value);
void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

}  // namespace duplex::json
