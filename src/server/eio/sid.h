// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace duplex::eio {

/// A session's id: the number of its loop and 128 random bits, as 24 characters of base64url. Whoever knows it may
/// speak for the session, so it is drawn from the kernel's generator (robustness E13).
using Sid = std::array<char, 24>;
inline std::string_view text_of(const Sid& sid) noexcept { return {sid.data(), sid.size()}; }

/// Draws ids; asks the kernel for many at a time. One thread.
class SidSource {
 public:
  Sid next(int loop);

 private:
  std::array<std::byte, 256> random_{};
  std::size_t left_ = 0;
};

/// The loop that an id names; nothing if it cannot be an id of ours.
std::optional<int> loop_of(std::string_view sid) noexcept;

}  // namespace duplex::eio
