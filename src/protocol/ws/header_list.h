// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <string_view>

namespace duplex::ws {

namespace detail {
constexpr std::array<bool, 256> make_token_chars() noexcept {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c - 32)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
inline constexpr std::array<bool, 256> token_chars = make_token_chars();
}  // namespace detail

/// RFC 9110 section 5.6.2.
constexpr bool is_token_char(char c) noexcept { return detail::token_chars[static_cast<unsigned char>(c)]; }
constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

struct ExtensionParameter {
  std::string_view name;
  std::string_view value;  ///< of a quoted string: what stands between the quotes
  bool has_value = false;
  bool escaped = false;  ///< the quoted string contains a backslash, which is left in `value`
};

/// Walks a header value of the form `name; parameter; parameter=value, name, …`: a list of tokens, or of extensions
/// (RFC 6455 section 9.1), each byte looked at once. Empty elements are skipped (RFC 9110 section 5.6.1.2).
///
///     while (list.next_element()) while (auto parameter = list.next_parameter()) …
///     if (list.bad_syntax()) …
class HeaderList {
 public:
  explicit HeaderList(std::string_view value) noexcept : rest_(value) {}

  /// Goes on to the next element, skipping parameters that were not asked for. False at the end or at bad syntax.
  bool next_element() noexcept;
  std::string_view name() const noexcept { return name_; }
  std::optional<ExtensionParameter> next_parameter() noexcept;
  bool bad_syntax() const noexcept { return bad_; }

 private:
  void skip_space() noexcept;
  bool skip(char c) noexcept;
  std::string_view token() noexcept;
  void read_quoted(ExtensionParameter& parameter) noexcept;

  std::string_view rest_;
  std::string_view name_ = {};
  bool bad_ = false;
  bool first_ = true;
};

}  // namespace duplex::ws
