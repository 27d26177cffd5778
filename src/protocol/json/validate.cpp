// SPDX-License-Identifier: MIT
#include "protocol/json/validate.h"

#include <algorithm>
#include <cstdint>

#include "core/utf8.h"
#include "protocol/json/scan.h"

namespace duplex::json {
namespace {

// simdjson's own parser is not used for this: it refuses 1e999, integers beyond 64 bits and lone surrogates, all of
// which JSON.parse takes, and on packets of 74 and 318 bytes its DOM parse took 1.4 to 2 times as long as this walk.
class Validator {
 public:
  Validator(std::string_view text, std::size_t max_depth) noexcept
      : at_(text.data()), end_(at_ + text.size()), max_depth_(std::min(max_depth, deepest)) {}

  Fault run() noexcept {
    for (;;) {
      // A value is due.
      at_ = skip_space(at_, end_);
      if (at_ == end_) return Fault::syntax;
      if (*at_ == '{' || *at_ == '[') {
        const bool object = *at_++ == '{';
        if (depth_ == max_depth_) return Fault::too_deep;
        push(object);
        at_ = skip_space(at_, end_);
        if (at_ == end_) return Fault::syntax;
        if (*at_ != (object ? '}' : ']')) {
          if (object && !name()) return Fault::syntax;
          continue;
        }
      } else if (!scalar()) {
        return Fault::syntax;
      } else {
        if (depth_ == 0) return rest_is_space();
        at_ = skip_space(at_, end_);
      }
      // A value, or the inside of an empty container, is behind us.
      if (!close_or_continue()) return Fault::syntax;
      if (depth_ == 0) return rest_is_space();
    }
  }

 private:
  static constexpr std::size_t deepest = 1024;

  Fault rest_is_space() noexcept { return skip_space(at_, end_) == end_ ? Fault::none : Fault::syntax; }

  /// Takes closing brackets, and then a comma (and the name after it), unless the outermost container is closed.
  bool close_or_continue() noexcept {
    for (; at_ != end_; at_ = skip_space(at_, end_)) {
      const char c = *at_++;
      if (c == ',') {
        if (!in_object()) return true;
        at_ = skip_space(at_, end_);
        return name();
      }
      if (c != (in_object() ? '}' : ']')) return false;
      if (--depth_ == 0) return true;
    }
    return false;
  }

  bool name() noexcept {
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    at_ = skip_space(at_, end_);
    return at_ != end_ && *at_++ == ':';
  }

  bool scalar() noexcept {
    switch (*at_) {
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool literal(std::string_view word) noexcept {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool string() noexcept {
    for (++at_;;) {
      at_ = find_special(at_, end_);
      if (at_ == end_) return false;
      const char c = *at_++;
      if (c == '"') return true;
      if (c != '\\' || at_ == end_) return false;  // a control character
      switch (*at_++) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
          break;
        case 'u':
          if (end_ - at_ < 4 || !std::all_of(at_, at_ + 4, is_hex)) return false;
          at_ += 4;
          break;
        default:
          return false;
      }
    }
  }

  bool number() noexcept {
    if (*at_ == '-') ++at_;
    if (at_ == end_) return false;
    if (*at_ == '0')
      ++at_;
    else if (!digits())
      return false;
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ | 0x20) == 'e') {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool digits() noexcept {
    const char* const from = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != from;
  }

  static bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

  // One bit a level: is it an object?
  bool in_object() const noexcept { return objects_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1; }
  void push(bool object) noexcept {
    auto& word = objects_[depth_ / 64];
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    word = object ? word | bit : word & ~bit;
    ++depth_;
  }

  const char* at_;
  const char* const end_;
  const std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::uint64_t objects_[deepest / 64];  // not initialised: a level is written before it is read
};

}  // namespace

Fault validate(std::string_view text, ValidateOptions options) noexcept {
  if (!options.utf8_known && !is_valid_utf8(as_bytes(text))) return Fault::not_utf8;
  return Validator(text, options.max_depth).run();
}

}  // namespace duplex::json
