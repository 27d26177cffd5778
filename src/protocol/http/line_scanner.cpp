// SPDX-License-Identifier: MIT
#include "protocol/http/line_scanner.h"

#include <algorithm>
#include <cstring>

namespace duplex::http {

LineScanner::Line LineScanner::next(std::string_view buffered, const HeadLimits& limits) noexcept {
  const bool is_first = lines_ == 0;
  const std::size_t limit = is_first ? std::min(line_ + limits.first_line, limits.head) : limits.head;
  // A line end beyond the limit does not count, whether it has arrived or not: the outcome is the same for any split.
  const std::size_t visible = std::min(buffered.size(), limit);
  const char* const data = buffered.data();
  const void* found = searched_ < visible ? std::memchr(data + searched_, '\n', visible - searched_) : nullptr;
  if (found == nullptr) {
    searched_ = static_cast<std::uint32_t>(visible);
    if (visible < limit) return {Kind::need_more};
    return {Kind::failed, is_first ? Errc::request_line_too_long : Errc::head_too_large};
  }
  const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - data);
  if (end == line_ || data[end - 1] != '\r') return {Kind::failed, Errc::bare_line_feed};
  const std::string_view text(data + line_, end - 1 - line_);
  line_ = searched_ = static_cast<std::uint32_t>(end + 1);
  ++lines_;
  return {Kind::line, Errc::ok, text};
}

}  // namespace duplex::http
