// SPDX-License-Identifier: MIT
#include "server/eio/sid.h"

#include <sys/random.h>

#include <cstdint>

namespace duplex::eio {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";  // RFC 4648 section 5
constexpr std::size_t random_bytes = 16;
constexpr std::size_t loop_digits = 2;

}  // namespace

Sid SidSource::next(int loop) {
  if (left_ < random_bytes) {
    // A call for 256 bytes or fewer is never cut short.
    while (getrandom(random_.data(), random_.size(), 0) != static_cast<ssize_t>(random_.size())) {
    }
    left_ = random_.size();
  }
  left_ -= random_bytes;

  Sid sid;
  const auto number = static_cast<unsigned>(loop);
  sid[0] = digits[number >> 6 & 63];
  sid[1] = digits[number & 63];
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t from = left_, to = loop_digits;
  while (to < sid.size()) {
    if (held < 6) {
      bits = bits << 8 | (from < left_ + random_bytes ? std::to_integer<std::uint32_t>(random_[from++]) : 0U);
      held += 8;
    }
    held -= 6;
    sid[to++] = digits[bits >> held & 63];
  }
  return sid;
}

std::optional<int> loop_of(std::string_view sid) noexcept {
  if (sid.size() != Sid().size()) return {};
  const std::size_t high = digits.find(sid[0]), low = digits.find(sid[1]);
  if (high == std::string_view::npos || low == std::string_view::npos) return {};
  const int loop = static_cast<int>(high << 6 | low);
  return loop < 256 ? std::optional(loop) : std::nullopt;
}

}  // namespace duplex::eio
