// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace duplex::bench {

/// What the content of a message begins with when there are several publishers: by it a reader knows whose message
/// came. Letters, digits, `-`, `_` and a dot: the same in text, JSON and bytes.
inline constexpr std::size_t tag_size = 4;
inline constexpr std::size_t most_publishers = 64 * 64 * 64;
std::string tag_of(std::size_t publisher);

/// From tags to publishers.
class Tags {
 public:
  Tags() = default;  ///< one publisher, no tags
  /// `base64`: as they look where contents are sent as base64, of which a tag is the beginning.
  Tags(std::size_t publishers, bool base64);

  /// Whose tag the beginning of `text` is; nothing if it is nobody's, or too short.
  std::optional<std::size_t> find(ConstBytes text) const noexcept;

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted_;
};

}  // namespace duplex::bench
