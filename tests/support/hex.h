// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace duplex::testing {

/// Bytes as the RFCs draw them: `hex("81 05" "48656c6c6f")`. White space is free.
inline std::vector<std::byte> hex(std::string_view text) {
  std::vector<std::byte> out;
  int high = -1;
  for (char c : text) {
    if (c == ' ' || c == '\n' || c == '\t') continue;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) throw std::invalid_argument("hex: not a hexadecimal digit");
    if (high < 0)
      high = digit;
    else {
      out.push_back(static_cast<std::byte>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) throw std::invalid_argument("hex: an odd number of digits");
  return out;
}

/// Calls `feed(pieces)` with the bytes whole, byte by byte, and cut in two at every offset.
template <class Feed>
void for_each_split(std::span<const std::byte> bytes, Feed&& feed) {
  using Pieces = std::vector<std::vector<std::byte>>;
  auto piece = [&](std::size_t from, std::size_t to) {
    return std::vector<std::byte>(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(to));
  };
  feed(Pieces{piece(0, bytes.size())});
  Pieces single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(piece(i, i + 1));
  feed(single);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) feed(Pieces{piece(0, cut), piece(cut, bytes.size())});
}

}  // namespace duplex::testing
