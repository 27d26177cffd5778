// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace duplex::bench {

/// What messages are made of. `cjk` is text of three-byte characters, `json` an object.
enum class Content : std::uint8_t { ascii, cjk, binary, json };

/// The shortest message of a kind; `tagged`: one that begins with a tag, as `tagged_content` makes it.
constexpr std::size_t smallest(Content content, bool tagged = false) noexcept {
  return (content == Content::json ? 24 : 0) + (!tagged ? 0 : content == Content::json ? 12 : 4);
}

/// A payload of exactly `size` bytes. Two variants below 64 differ (if there is a byte to differ in), so that replies
/// in the wrong order show. Text is ASCII or UTF-8, and free of what JSON escapes unless it is `json`.
std::string make_content(Content content, std::size_t size, unsigned variant);

/// The same, and it says at its beginning who sent it: with the tag itself, or as `{"by":"TAG",…`.
std::string tagged_content(Content content, std::size_t size, unsigned variant, const std::string& tag);

}  // namespace duplex::bench
