// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace duplex::ws {

/// The close codes that this library sends or reports (RFC 6455 section 7.4.1 and the IANA registry).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t none = 1005;      ///< local only: the peer's close frame had no code
inline constexpr std::uint16_t abnormal = 1006;  ///< local only: the stream ended without a close frame
inline constexpr std::uint16_t invalid_data = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

/// Whether a close frame may carry this code: 1000-1003, 1007-1014 and 3000-4999.
constexpr bool is_valid_close_code(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// The longest reason a close frame can carry: 125 bytes less the code.
inline constexpr std::size_t max_close_reason = 123;

/// `reason` cut to 123 bytes, at the end of a character.
std::string_view trimmed_close_reason(std::string_view reason) noexcept;

/// What a close frame says. `code` is 1005 when it carried none (RFC 6455 section 7.1.5).
struct CloseFrame {
  std::uint16_t code = close_code::none;
  std::string_view reason = {};  ///< valid UTF-8; borrowed like the payload it lies in
  friend bool operator==(const CloseFrame&, const CloseFrame&) = default;
};

}  // namespace duplex::ws
