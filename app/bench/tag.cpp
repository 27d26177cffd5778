// SPDX-License-Identifier: MIT
#include "app/bench/tag.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "protocol/eio/base64.h"

namespace duplex::bench {
namespace {

std::uint32_t key_of(ConstBytes text) noexcept {
  std::uint32_t key = 0;
  std::memcpy(&key, text.data(), tag_size);
  return key;
}

}  // namespace

std::string tag_of(std::size_t publisher) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // Three letters say it all: in base64 they are the first four characters, and the fourth does not reach into them.
  return {letters[publisher % 64], letters[publisher / 64 % 64], letters[publisher / 4096 % 64], '.'};
}

Tags::Tags(std::size_t publishers, bool base64) {
  sorted_.reserve(publishers);
  for (std::size_t i = 0; i < publishers; ++i) {
    const std::string tag = tag_of(i);
    Buffer text;
    if (base64)
      eio::encode_base64(text, as_bytes(tag));
    else
      text.append(tag);
    sorted_.emplace_back(key_of(text.bytes()), static_cast<std::uint32_t>(i));
  }
  std::sort(sorted_.begin(), sorted_.end());
}

std::optional<std::size_t> Tags::find(ConstBytes text) const noexcept {
  if (text.size() < tag_size) return {};
  const std::uint32_t key = key_of(text);
  const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair{key, 0u});
  if (found == sorted_.end() || found->first != key) return {};
  return found->second;
}

}  // namespace duplex::bench
