// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace duplex::http {

/// What a path gave to a route's parameters, decoded. Reused from request to request.
class Params {
 public:
  std::string_view get(std::string_view name) const noexcept;
  void clear() noexcept { size_ = 0; }
  void add(std::string_view name, std::string value);
  void truncate(std::size_t size) noexcept { size_ = size; }
  std::size_t size() const noexcept { return size_; }

 private:
  struct Param {
    std::string_view name;  // lies in the pattern
    std::string value;
  };
  std::vector<Param> list_;
  std::size_t size_ = 0;
};

/// A route's path: "/users/:id" names a segment, a "*" at the end takes the rest, as "*".
/// As in Express a slash at the end of the path does not matter, and letters match in either case.
class Pattern {
 public:
  enum class Kind : unsigned char { exact, prefix };  ///< prefix: what `use` and `files` match
  Pattern(std::string_view path, Kind kind);

  bool matches(std::string_view path, Params& params) const;
  const std::string& text() const noexcept { return text_; }

 private:
  struct Segment {
    enum class Kind : unsigned char { literal, parameter, rest } kind;
    std::string text;  // literal, or the parameter's name
  };
  std::string text_;
  std::vector<Segment> segments_;
  Kind kind_;
};

}  // namespace duplex::http
