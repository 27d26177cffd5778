// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace duplex::http {

/// By byte: whether it is a tchar (RFC 9110 §5.6.2).
inline constexpr std::array<bool, 256> token_chars = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();
inline bool is_token_char(char c) noexcept { return token_chars[static_cast<unsigned char>(c)]; }
/// 1*tchar
bool is_token(std::string_view text) noexcept;
/// No control character but HTAB: nothing that could end a line (RFC 9110 §5.5). Bytes from 0x80 on are let through.
bool is_field_value(std::string_view text) noexcept;
/// Whether two texts of one length are equal, ASCII letters in either case.
bool same_letters(std::string_view a, std::string_view b) noexcept;
/// The same of any two. Most differ in length or in the first letter, and that is seen without a call.
inline bool equals_ignore_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  return a.empty() || (((a.front() ^ b.front()) & ~0x20) == 0 && same_letters(a, b));
}
/// Without the spaces and tabs around it.
std::string_view trim(std::string_view text) noexcept;

/// The elements of a comma-separated list, trimmed; empty ones are passed over. Commas inside quotes separate nothing.
class ListCursor {
 public:
  explicit ListCursor(std::string_view list) noexcept : rest_(list) {}
  std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
};

/// `has_token("keep-alive, Upgrade", "upgrade")`
bool has_token(std::string_view list, std::string_view token) noexcept;
/// "text/html" of "text/html; charset=utf-8".
std::string_view media_type(std::string_view content_type) noexcept;
/// The value of a parameter without its quotes: `parameter("text/html; charset=\"utf-8\"", "charset")`.
std::optional<std::string_view> parameter(std::string_view value, std::string_view name) noexcept;
/// Whether Accept-Encoding allows a coding, with a q-value above 0, by name or by `*` (RFC 9110 §12.5.3).
bool accepts_encoding(std::string_view accept_encoding, std::string_view coding) noexcept;
/// Which of these codings an Accept-Encoding likes best: the highest q-value; among equals one that is named before one
/// that `*` stands for, then the one that is named first, then the one that is offered first (as npm `negotiator` has
/// it). Empty: none of them.
std::string_view preferred_encoding(std::string_view accept_encoding,
                                    std::span<const std::string_view> offered) noexcept;

}  // namespace duplex::http
