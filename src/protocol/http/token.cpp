// SPDX-License-Identifier: MIT
#include "protocol/http/token.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/bytes.h"

namespace duplex::http {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Whether eight letters at a time are equal in either case: bytes may differ in bit 5 alone, and only in a letter.
bool equal_word(const char* a, const char* b) noexcept {
  const auto x = load_native<std::uint64_t>(a), difference = x ^ load_native<std::uint64_t>(b);
  if (difference == 0) return true;
  if ((difference & ~(ones * 0x20)) != 0) return false;
  const auto low = (x | ones * 0x20) & ~high;
  const auto letters = (low + ones * (0x80 - 'a')) & ~(low + ones * (0x80 - 'z' - 1)) & ~x & high;
  return (difference << 2 & ~letters) == 0;
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

bool is_value_char(char c) noexcept {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 0x20 && u != 0x7f) || u == '\t';
}

/// The element before the first `separator` outside quotes; takes it and the separator off `rest`.
std::string_view take_element(std::string_view& rest, char separator) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == separator) {
      const auto element = rest.substr(0, i);
      rest.remove_prefix(i + 1);
      return element;
    }
  }
  return std::exchange(rest, {});
}

/// RFC 9110 §12.4.2: 0 to 1 with at most three decimals, in thousandths; what is no weight is 0. None given: 1.
int thousandths(std::optional<std::string_view> weight) noexcept {
  if (!weight) return 1000;
  const std::string_view q = *weight;
  if (q.empty() || q.size() > 5 || (q[0] != '0' && q[0] != '1') || (q.size() > 1 && q[1] != '.')) return 0;
  int value = q[0] == '1' ? 1000 : 0, digit = 100;
  for (char c : q.substr(q.size() > 1 ? 2 : 1)) {
    if (c < '0' || c > '9') return 0;
    value += digit * (c - '0');
    digit /= 10;
  }
  return value;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  for (char c : text) {
    if (!is_token_char(c)) return false;
  }
  return !text.empty();
}

bool is_field_value(std::string_view text) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; end - p >= 8; p += 8) {
    const auto word = load_native<std::uint64_t>(p);
    const auto del = word ^ (ones * 0x7f);
    const bool suspect = (((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & high;
    if (!suspect) continue;
    for (int i = 0; i < 8; ++i) {
      if (!is_value_char(p[i])) return false;  // HTAB is suspect as well, but allowed
    }
  }
  for (; p != end; ++p) {
    if (!is_value_char(*p)) return false;
  }
  return true;
}

bool same_letters(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size();
  const char *p = a.data(), *q = b.data();
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) {
      if (lower(p[i]) != lower(q[i])) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (!equal_word(p + i, q + i)) return false;
  }
  return equal_word(p + size - 8, q + size - 8);  // the last eight, some of them for the second time
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string_view> ListCursor::next() noexcept {
  while (!rest_.empty()) {
    if (const auto element = trim(take_element(rest_, ',')); !element.empty()) return element;
  }
  return std::nullopt;
}

bool has_token(std::string_view list, std::string_view token) noexcept {
  ListCursor elements(list);
  while (const auto element = elements.next()) {
    if (equals_ignore_case(*element, token)) return true;
  }
  return false;
}

std::string_view media_type(std::string_view content_type) noexcept {
  return trim(content_type.substr(0, content_type.find(';')));
}

std::optional<std::string_view> parameter(std::string_view value, std::string_view name) noexcept {
  take_element(value, ';');
  while (!value.empty()) {
    const auto pair = trim(take_element(value, ';'));
    const auto equals = pair.find('=');
    if (equals == pair.npos || !equals_ignore_case(trim(pair.substr(0, equals)), name)) continue;
    auto found = trim(pair.substr(equals + 1));
    if (found.size() >= 2 && found.front() == '"' && found.back() == '"') found = found.substr(1, found.size() - 2);
    return found;
  }
  return std::nullopt;
}

bool accepts_encoding(std::string_view accept_encoding, std::string_view coding) noexcept {
  bool by_wildcard = false;
  ListCursor elements(accept_encoding);
  while (const auto element = elements.next()) {
    const auto name = media_type(*element);
    const bool exact = equals_ignore_case(name, coding);
    if (!exact && name != "*") continue;
    const bool accepted = thousandths(parameter(*element, "q")) > 0;
    if (exact) return accepted;
    by_wildcard = accepted;
  }
  return by_wildcard;
}

std::string_view preferred_encoding(std::string_view accept_encoding,
                                    std::span<const std::string_view> offered) noexcept {
  struct Liking {
    int weight = 0;
    bool exact = false;
    int position = 0;
  };
  std::string_view best;
  Liking liked;
  for (const std::string_view coding : offered) {
    Liking found;
    ListCursor elements(accept_encoding);
    for (int position = 0; const auto element = elements.next(); ++position) {
      const auto name = media_type(*element);
      const bool exact = equals_ignore_case(name, coding);
      if ((exact || name == "*") && exact >= found.exact)
        found = {thousandths(parameter(*element, "q")), exact, position};
    }
    if (found.weight == 0) continue;
    const bool better = found.weight != liked.weight ? found.weight > liked.weight
                        : found.exact != liked.exact ? found.exact
                                                     : found.position < liked.position;
    if (!better) continue;
    best = coding;
    liked = found;
  }
  return best;
}

}  // namespace duplex::http
