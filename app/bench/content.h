// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace duplex::bench {

/// What messages are made of. `cjk` is text of three-byte characters, `json` an object.
enum class Content : std::uint8_t { ascii, cjk, binary, json };

/// The shortest message of a kind.
constexpr std::size_t smallest(Content content) noexcept { return content == Content::json ? 24 : 0; }

/// A payload of exactly `size` bytes. Two variants below 64 differ (if there is a byte to differ in), so that replies
/// in the wrong order show. Text is ASCII or UTF-8, and free of what JSON escapes unless it is `json`.
std::string make_content(Content content, std::size_t size, unsigned variant);

}  // namespace duplex::bench
