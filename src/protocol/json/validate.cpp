// SPDX-License-Identifier: MIT
#include "protocol/json/validate.h"

#include <algorithm>
#include <cstdint>

#include "core/utf8.h"
#include "protocol/json/scan.h"

namespace duplex::json {
namespace {

// Steps over what is to be checked: each returns where it ends, or null if it is not what it should be.

bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

/// `at` is behind a string's opening quote.
const char* after_string(const char* at, const char* end) noexcept {
  for (;;) {
    at = find_special(at, end);
    if (at == end) return nullptr;
    const char c = *at++;
    if (c == '"') return at;
    if (c != '\\' || at == end) return nullptr;  // a control character
    switch (*at++) {
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
        if (end - at < 4 || !std::all_of(at, at + 4, is_hex)) return nullptr;
        at += 4;
        break;
      default:
        return nullptr;
    }
  }
}

const char* after_digits(const char* at, const char* end) noexcept {
  const char* const from = at;
  while (at != end && *at >= '0' && *at <= '9') ++at;
  return at != from ? at : nullptr;
}

const char* after_number(const char* at, const char* end) noexcept {
  if (*at == '-') ++at;
  if (at == end) return nullptr;
  at = *at == '0' ? at + 1 : after_digits(at, end);
  if (at != nullptr && at != end && *at == '.') at = after_digits(at + 1, end);
  if (at != nullptr && at != end && (*at | 0x20) == 'e') {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    at = after_digits(at, end);
  }
  return at;
}

const char* after_literal(const char* at, const char* end, std::string_view word) noexcept {
  return std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(word) ? at + word.size() : nullptr;
}

inline const char* after_scalar(const char* at, const char* end) noexcept {
  switch (*at) {
    case '"':
      return after_string(at + 1, end);
    case 't':
      return after_literal(at, end, "true");
    case 'f':
      return after_literal(at, end, "false");
    case 'n':
      return after_literal(at, end, "null");
    default:
      return after_number(at, end);
  }
}

/// A name and its colon, in an object.
inline const char* after_name(const char* at, const char* end) noexcept {
  if (at == end || *at != '"') return nullptr;
  at = after_string(at + 1, end);
  if (at == nullptr) return nullptr;
  at = skip_space(at, end);
  return at != end && *at == ':' ? at + 1 : nullptr;
}

// simdjson's own parser is not used for this: it refuses 1e999, integers beyond 64 bits and lone surrogates, all of
// which JSON.parse takes, and on packets of 74 and 318 bytes its DOM parse took 1.4 to 2 times as long as this walk.
class Validator {
 public:
  Validator(const char* end, std::size_t max_depth) noexcept : end_(end), max_depth_(std::min(max_depth, deepest)) {}

  /// One value, which is due at `at`; moves that behind it. `in_array`: the value stands in an array that has been
  /// opened, and what follows it there, with the closing bracket, is walked over, too; `commas` of that are counted.
  Fault run(const char*& from, bool in_array = false) noexcept {
    const char* at = from;
    if (in_array) {
      objects_[0] = 0;
      depth_ = 1;
    }
    for (;;) {
      // A value is due.
      at = skip_space(at, end_);
      if (at == end_) return Fault::syntax;
      if (*at == '{' || *at == '[') {
        const bool object = *at++ == '{';
        if (depth_ == max_depth_) return Fault::too_deep;
        push(object);
        at = skip_space(at, end_);
        if (at == end_) return Fault::syntax;
        if (*at != (object ? '}' : ']')) {
          if (object && (at = after_name(at, end_)) == nullptr) return Fault::syntax;
          continue;
        }
      } else {
        at = after_scalar(at, end_);
        if (at == nullptr) return Fault::syntax;
        if (depth_ != 0) at = skip_space(at, end_);
      }
      // A value, or the inside of an empty container, is behind us.
      if (depth_ != 0 && (at = close_or_continue(at)) == nullptr) return Fault::syntax;
      if (depth_ == 0) {
        from = at;
        return Fault::none;
      }
    }
  }
  std::size_t commas() const noexcept { return commas_; }

 private:
  static constexpr std::size_t deepest = 1024;

  /// Takes closing brackets, and then a comma (and the name after it), unless the outermost container is closed.
  const char* close_or_continue(const char* at) noexcept {
    for (; at != end_; at = skip_space(at, end_)) {
      const char c = *at++;
      if (c == ',') {
        commas_ += depth_ == 1;
        return in_object() ? after_name(skip_space(at, end_), end_) : at;
      }
      if (c != (in_object() ? '}' : ']')) return nullptr;
      if (--depth_ == 0) return at;
    }
    return nullptr;
  }

  // One bit a level: is it an object?
  bool in_object() const noexcept { return objects_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1; }
  void push(bool object) noexcept {
    auto& word = objects_[depth_ / 64];
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    word = object ? word | bit : word & ~bit;
    ++depth_;
  }

  const char* const end_;
  const std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::size_t commas_ = 0;               // of the outermost container
  std::uint64_t objects_[deepest / 64];  // not initialised: a level is written before it is read
};

[[gnu::noinline]] Fault validate_value(const char* at, const char* end, std::size_t max_depth) noexcept {
  const Fault fault = Validator(end, max_depth).run(at);
  return fault == Fault::none && skip_space(at, end) != end ? Fault::syntax : fault;
}

/// The rest of an array, from the value at `at` on, which is an array or an object; `call` is what is known so far,
/// `values` how many values came before this one. Out of line, and called last: what has only scalars needs no frame.
[[gnu::noinline]] Fault validate_rest(const char* at, const char* end, std::size_t max_depth, std::size_t values,
                                      Call& call) noexcept {
  Validator validator(end, max_depth);
  Fault fault = validator.run(at, true);
  if (fault == Fault::none && skip_space(at, end) != end) fault = Fault::syntax;
  if (fault != Fault::none) {
    call = {};
    return fault;
  }
  const char* rest_end = at - 1;
  while (is_space(rest_end[-1])) --rest_end;
  call.arguments = {call.arguments.data(), static_cast<std::size_t>(rest_end - call.arguments.data())};
  call.has_one = values + validator.commas() == 0;
  return Fault::none;
}

}  // namespace

Fault validate(std::string_view text, ValidateOptions options) noexcept {
  if (!options.utf8_known && !is_valid_utf8(as_bytes(text))) return Fault::not_utf8;
  return validate_value(text.data(), text.data() + text.size(), options.max_depth);
}

Fault validate(std::string_view text, ValidateOptions options, Call& call) noexcept {
  call.name = call.arguments = {};
  call.has_one = false;
  if (!options.utf8_known && !is_valid_utf8(as_bytes(text))) return Fault::not_utf8;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto otherwise = [&] { return validate_value(begin, end, options.max_depth); };
  const char* at = skip_space(begin, end);
  if (at == end || *at != '[' || options.max_depth == 0) return otherwise();
  at = skip_space(at + 1, end);
  if (at == end || *at != '"') return otherwise();
  const char* const name = at + 1;
  at = find_special(name, end);
  if (at == end || *at != '"') return otherwise();
  const std::string_view its_name(name, static_cast<std::size_t>(at - name));

  // Values without anything in them need no memory of what is open.
  const char* rest = at++;
  const char* rest_end = rest;
  std::size_t values = 0;
  for (;;) {
    at = skip_space(at, end);
    if (at == end) return Fault::syntax;
    const char c = *at++;
    if (c == ']') break;
    if (c != ',') return Fault::syntax;
    at = skip_space(at, end);
    if (at == end) return Fault::syntax;
    if (values == 0) rest = at;
    if (*at == '"') {
      at = find_special(at + 1, end);
      if (at == end) return Fault::syntax;
      at = *at == '"' ? at + 1 : after_string(at, end);
    } else if (*at == '[' || *at == '{') {
      call.name = its_name;
      call.arguments = {rest, 0};
      return validate_rest(at, end, options.max_depth, values, call);
    } else {
      at = after_scalar(at, end);
    }
    if (at == nullptr) return Fault::syntax;
    ++values;
    rest_end = at;
  }
  if (skip_space(at, end) != end) return Fault::syntax;
  // One by one: the compiler would copy all of it as a string of bytes.
  call.name = its_name;
  call.arguments = {rest, static_cast<std::size_t>(rest_end - rest)};
  call.has_one = values == 1;
  return Fault::none;
}

}  // namespace duplex::json
