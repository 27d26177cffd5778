// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/http/header_id.h"

namespace duplex::http {

/// One header line: views into the received bytes; the value without the white space around it.
struct Header {
  std::string_view name;
  std::string_view value;
  HeaderId id = HeaderId::other;
};

/// The headers of one message, in order of arrival. Views: good for as long as the bytes they were parsed from.
/// Made once per loop and reused: filling it again allocates nothing.
class Headers {
 public:
  explicit Headers(std::size_t room = 100) { list_.reserve(room); }

  /// The first value; empty when absent (`find` tells absent from empty).
  std::string_view operator[](HeaderId id) const noexcept;
  std::string_view operator[](std::string_view name) const noexcept;
  const Header* find(HeaderId id) const noexcept;
  const Header* find(std::string_view name) const noexcept;
  bool has(HeaderId id) const noexcept { return first_[index(id)] != 0; }
  /// True if the name came in more than one line. Not for `HeaderId::other`.
  bool is_repeated(HeaderId id) const noexcept { return (repeated_ >> index(id) & 1) != 0; }
  /// True if one of the lines of this name, read as a comma-separated list, has the token, in any case of letters.
  bool has_token(HeaderId id, std::string_view token) const noexcept;

  std::span<const Header> all() const noexcept { return list_; }
  auto begin() const noexcept { return list_.begin(); }
  auto end() const noexcept { return list_.end(); }
  std::size_t size() const noexcept { return list_.size(); }

  void clear() noexcept;
  void add(const Header& header);

 private:
  static std::size_t index(HeaderId id) noexcept { return static_cast<std::size_t>(id); }

  std::vector<Header> list_;
  std::array<std::uint32_t, header_id_count> first_{};  // 1 + index into list_; 0 is absent
  std::uint64_t repeated_ = 0;
};

}  // namespace duplex::http
