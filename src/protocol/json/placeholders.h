// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/json/escape.h"
#include "protocol/json/number.h"
#include "protocol/json/scan.h"

// Socket.IO says where a binary stands in the JSON with `{"_placeholder":true,"num":0}`. JavaScript's decoder treats
// any object as one whose `_placeholder` is true, whatever else it holds, however its names are escaped.
namespace duplex::json {

/// May this text hold a placeholder at all? A cheap look: no false "no".
inline bool may_hold_placeholder(std::string_view text) noexcept {
  return text.find("_placeholder") != text.npos || text.find("\\u") != text.npos;
}

/// Do all placeholders of a validated text name one of `attachments` binaries, by an integer?
bool placeholders_in_range(std::string_view text, std::size_t attachments) noexcept;

/// The number of the placeholder that `text` is, if it is one.
std::optional<std::size_t> placeholder_number(std::string_view text) noexcept;

namespace detail {

/// Walks a validated text once, whatever its depth, and tells `visitor` of
///   open(depth, at)              at each '{'
///   armed(depth, at)             at the `true` of `"_placeholder":true`
///   close(depth, begin, after, armed, num)  behind each '}'; `num` is the value of its "num", or nothing
template <class Visitor>
void walk_objects(std::string_view text, Visitor&& visitor) noexcept(noexcept(visitor.open(0, nullptr))) {
  struct Level {
    const char* begin;
    double num;
    bool object, armed, has_num;
  };
  constexpr std::size_t deepest = 256;  // what the validator lets in
  Level levels[deepest];
  std::size_t depth = 0;
  bool key_next = false;
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = skip_space(at, end)) != end) {
    Level* const top = depth != 0 && depth <= deepest ? &levels[depth - 1] : nullptr;
    switch (*at) {
      case '{':
      case '[':
        if (depth++ < deepest) {
          levels[depth - 1] = {at, 0, *at == '{', false, false};
          if (*at == '{') visitor.open(depth - 1, at);
        }
        key_next = *at++ == '{';
        break;
      case '}':
      case ']':
        ++at;
        if (depth != 0) --depth;
        if (top != nullptr && top->object)
          visitor.close(depth, top->begin, at, top->armed,
                        top->has_num ? std::optional<double>(top->num) : std::nullopt);
        key_next = false;
        break;
      case ',':
        ++at;
        key_next = top != nullptr && top->object;
        break;
      case '"': {
        const RawString string = raw_string(at + 1, end);
        if (string.after == nullptr) return;
        at = string.after;
        if (!key_next || top == nullptr) break;
        key_next = false;
        char name[12 * 6];
        std::string_view key = string.escaped;
        if (string.has_escapes && key.size() <= sizeof name)
          key = {name, static_cast<std::size_t>(unescape(name, key) - name)};
        const bool is_flag = key == "_placeholder", is_num = key == "num";
        if (!is_flag && !is_num) break;
        at = skip_space(at, end);
        if (at == end || *at != ':') return;
        at = skip_space(at + 1, end);
        const bool scalar = at != end && *at != '{' && *at != '[';  // others are walked into
        const std::string_view value(at, scalar ? static_cast<std::size_t>(skip_value(at, end) - at) : 0);
        if (is_flag) {  // the last of equal names counts
          top->armed = value == "true";
          if (top->armed) visitor.armed(depth - 1, at);
        } else {
          top->has_num = read_number(value, top->num) == duplex::Errc::ok;
        }
        at += value.size();
        break;
      }
      default: {  // ':' or a number or a literal
        const char* const after = *at == ':' ? at + 1 : skip_value(at, end);
        at = after == at ? at + 1 : after;
      }
    }
  }
}

inline std::optional<std::size_t> index_of(std::optional<double> num, std::size_t count) noexcept {
  if (!num || !(*num >= 0 && *num < static_cast<double>(count))) return std::nullopt;
  const auto index = static_cast<std::size_t>(*num);
  return static_cast<double>(index) == *num ? std::optional(index) : std::nullopt;
}

}  // namespace detail
}  // namespace duplex::json
