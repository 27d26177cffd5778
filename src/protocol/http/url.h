// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/buffer.h"

namespace duplex::http {

enum class Plus : std::uint8_t { is_plus, is_space };  ///< is_space: query strings and urlencoded forms

/// Decodes `%xx`; nothing if one is malformed.
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::is_plus);
/// Encodes everything but A-Z a-z 0-9 - _ . ! ~ * ' ( ), as encodeURIComponent does.
std::string percent_encode(std::string_view text);
/// A URL whose author forgot to encode some of it: what may not stand in a URL is percent-encoded, what is encoded
/// stays as it is.
std::string encode_url(std::string_view url);
/// True if `encoded`, once decoded, is `plain`. Allocates nothing.
bool decodes_to(std::string_view encoded, std::string_view plain, Plus plus = Plus::is_plus) noexcept;

/// The segments of a path, still encoded: "/a/b%20c/" gives "a", "b%20c", "".
class PathSegments {
 public:
  explicit PathSegments(std::string_view path) noexcept;
  std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
  bool more_ = false;
};

/// A path decoded for the file system: relative, "." and ".." resolved, "" for the root; a trailing '/' is kept.
/// Nothing if it climbs above the root, or if a decoded segment holds '/', '\' or NUL.
std::optional<std::string> resolve_path(std::string_view path);

}  // namespace duplex::http
