// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string_view>

namespace duplex {

/// For maps by std::string that are asked by std::string_view, together with std::equal_to<>.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>()(s); }
};

}  // namespace duplex
