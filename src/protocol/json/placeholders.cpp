// SPDX-License-Identifier: MIT
#include "protocol/json/placeholders.h"

namespace duplex::json {
namespace {

struct RangeCheck {
  std::size_t attachments;
  const char* invalid = nullptr;  // where the first object that names no binary begins

  void open(std::size_t, const char*) noexcept {}
  void armed(std::size_t, const char*) noexcept {}
  void close(std::size_t, const char* begin, const char*, bool is_armed, std::optional<double> num) noexcept {
    if (!is_armed) return;
    if (detail::index_of(num, attachments)) {
      // JavaScript puts the binary in the place of the whole object, and never looks within.
      if (invalid != nullptr && invalid > begin) invalid = nullptr;
    } else if (invalid == nullptr || begin < invalid) {
      invalid = begin;
    }
  }
};

struct OutermostNumber {
  std::optional<double> number;
  void open(std::size_t, const char*) noexcept {}
  void armed(std::size_t, const char*) noexcept {}
  void close(std::size_t depth, const char*, const char*, bool is_armed, std::optional<double> num) noexcept {
    if (depth == 0 && is_armed) number = num;
  }
};

}  // namespace

bool placeholders_in_range(std::string_view text, std::size_t attachments) noexcept {
  RangeCheck check{attachments};
  detail::walk_objects(text, check);
  return check.invalid == nullptr;
}

std::optional<std::size_t> placeholder_number(std::string_view text) noexcept {
  if (!text.starts_with('{') || !may_hold_placeholder(text)) return std::nullopt;
  OutermostNumber outermost;
  detail::walk_objects(text, outermost);
  return detail::index_of(outermost.number, std::size_t{1} << 32);
}

}  // namespace duplex::json
