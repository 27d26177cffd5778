// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace duplex::http {

/// Name and value of a query parameter, still encoded; a name without '=' has an empty value.
struct QueryPair {
  std::string_view name, value;
  friend bool operator==(const QueryPair&, const QueryPair&) = default;
};

/// A query string or an urlencoded form, read where it lies: `Query(head.query).get("room")`.
class Query {
 public:
  static constexpr std::size_t max_pairs = 1000;  ///< as in Express; a longer one is refused by `is_bounded`

  explicit Query(std::string_view text) noexcept : text_(text) {}

  /// The first value of that name, decoded ('+' is a space); nothing if absent or malformed.
  std::optional<std::string> get(std::string_view name) const;
  /// The same, as it was sent.
  std::optional<std::string_view> raw(std::string_view name) const noexcept;
  /// How often the name occurs: more than once may deserve a refusal.
  std::size_t count(std::string_view name) const noexcept;
  bool is_bounded(std::size_t most = max_pairs) const noexcept;

  class Cursor {
   public:
    explicit Cursor(std::string_view rest) noexcept : rest_(rest) {}
    std::optional<QueryPair> next() noexcept;

   private:
    std::string_view rest_;
  };
  Cursor pairs() const noexcept { return Cursor(text_); }

 private:
  std::string_view text_;
};

}  // namespace duplex::http
