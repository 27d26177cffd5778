// SPDX-License-Identifier: MIT
#include "protocol/dotenv/dotenv.h"

#include <algorithm>
#include <optional>

#include "protocol/dotenv/characters.h"

namespace duplex::dotenv {
namespace {

constexpr bool is_key(char32_t c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '-';
}
constexpr bool is_quote(char32_t c) noexcept { return c == '\'' || c == '"' || c == '`'; }

/// CR LF and CR are LF.
std::u32string with_plain_line_ends(std::u32string text) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    text[to++] = text[i] == '\r' ? U'\n' : text[i];
  }
  text.resize(to);
  return text;
}

std::u32string_view trim(std::u32string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

constexpr std::size_t kind_of(char32_t quote) noexcept { return quote == '\'' ? 0 : quote == '"' ? 1 : 2; }

/// A quote that begins a line and the last of its kind that ends one belong together, and go. That is one pair, unless
/// the value holds U+2028 or U+2029, which end lines as well.
std::u32string without_quotes(std::u32string_view value) {
  std::size_t last[3] = {};  // by kind
  for (std::size_t i = 1; i < value.size(); ++i)
    if (is_quote(value[i]) && (i + 1 == value.size() || is_line_end(value[i + 1]))) last[kind_of(value[i])] = i;
  std::u32string out;
  for (std::size_t i = 0; i < value.size();) {
    const bool opens = is_quote(value[i]) && (i == 0 || is_line_end(value[i - 1]));
    const std::size_t close = opens ? last[kind_of(value[i])] : 0;
    if (close <= i) {
      out.push_back(value[i++]);
    } else {
      out.append(value.substr(i + 1, close - i - 1));
      i = close + 1;
    }
  }
  return out;
}

std::u32string with_escapes(std::u32string_view value) {
  std::u32string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char32_t next = value[i] == '\\' && i + 1 < value.size() ? value[i + 1] : 0;
    if (next == 'n' || next == 'r') ++i;
    out.push_back(next == 'n' ? U'\n' : next == 'r' ? U'\r' : value[i]);
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::u32string_view text) : text_(text) {}

  std::vector<Entry> read() {
    std::vector<Entry> entries;
    while (at_ < text_.size()) {
      const std::size_t begin = after_space(at_);
      std::optional<Assignment> found;
      if (const std::size_t key = after_export(begin)) found = assignment(key);
      if (!found) found = assignment(begin);  // perhaps of a key called "export"
      if (found) entries.push_back({encode(found->key), value_of(found->value), line_of(found->begin)});
      at_ = next_line(found ? found->end : begin);
    }
    return entries;
  }

 private:
  struct Assignment {
    std::size_t begin = 0;
    std::u32string_view key = {}, value = {};
    std::size_t end = 0;
  };

  char32_t get(std::size_t i) const noexcept { return i < text_.size() ? text_[i] : 0; }

  std::size_t after_space(std::size_t i) const noexcept {
    while (i < text_.size() && is_space(text_[i])) ++i;
    return i;
  }

  /// After "export" and white space, or 0.
  std::size_t after_export(std::size_t i) const noexcept {
    constexpr std::u32string_view word = U"export";
    if (text_.substr(i, word.size()) != word) return 0;
    i += word.size();
    return is_space(get(i)) ? after_space(i) : 0;
  }

  /// The line that begins behind `i`.
  std::size_t next_line(std::size_t i) const noexcept {
    while (i < text_.size() && !is_line_end(text_[i])) ++i;
    return i + 1;
  }

  std::optional<Assignment> assignment(std::size_t begin) const noexcept {
    std::size_t i = begin;
    while (is_key(get(i))) ++i;
    if (i == begin) return std::nullopt;
    const std::u32string_view key = text_.substr(begin, i - begin);
    if (const std::size_t sign = after_space(i); get(sign) == '=')
      i = sign + 1;
    else if (get(i) == ':' && is_space(get(i + 1)))
      i += 2;
    else
      return std::nullopt;

    if (const std::size_t open = after_space(i); is_quote(get(open)))
      if (const auto close = closing_quote(open))
        return Assignment{begin, key, text_.substr(open, *close + 1 - open), *end_after(*close + 1)};
    std::size_t end = i;
    while (end < text_.size() && text_[end] != '#' && text_[end] != '\n') ++end;
    // What is left is a comment, a line's end or nothing: `end_after` knows an end.
    return Assignment{begin, key, text_.substr(i, end - i), *end_after(end)};
  }

  /// The quote that closes the one at `open`: the first that no backslash precedes, or the last before it, if nothing
  /// but a comment follows on its line.
  std::optional<std::size_t> closing_quote(std::size_t open) const noexcept {
    std::optional<std::size_t> close;
    for (std::size_t i = open + 1; i < text_.size(); ++i) {
      if (text_[i] != text_[open]) continue;
      if (end_after(i + 1)) close = i;
      if (text_[i - 1] != '\\') break;
    }
    return close;
  }

  /// Where an assignment ends whose value ends at `i`: behind white space and a comment, or at the last line end within
  /// that white space. Nothing if the line goes on with something else.
  std::optional<std::size_t> end_after(std::size_t i) const noexcept {
    const std::size_t stop = after_space(i);
    if (stop == text_.size()) return stop;
    if (text_[stop] == '#') return next_line(stop) - 1;
    for (std::size_t back = stop; back > i; --back)
      if (is_line_end(text_[back - 1])) return back - 1;
    return std::nullopt;
  }

  static std::string value_of(std::u32string_view captured) {
    const std::u32string_view value = trim(captured);
    const std::u32string bare = without_quotes(value);
    return encode(!value.empty() && value.front() == '"' ? with_escapes(bare) : bare);
  }

  /// Asked for in order, so the text is counted once.
  std::size_t line_of(std::size_t i) noexcept {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(i), U'\n'));
    counted_ = i;
    return line_;
  }

  std::u32string_view text_;
  std::size_t at_ = 0, counted_ = 0, line_ = 1;
};

}  // namespace

std::vector<Entry> parse(std::string_view text) {
  const std::u32string characters = with_plain_line_ends(decode(text));
  return Reader(characters).read();
}

const Entry* find(const std::vector<Entry>& entries, std::string_view key) noexcept {
  const auto last =
      std::find_if(entries.rbegin(), entries.rend(), [key](const Entry& entry) { return entry.key == key; });
  return last == entries.rend() ? nullptr : &*last;
}

}  // namespace duplex::dotenv
