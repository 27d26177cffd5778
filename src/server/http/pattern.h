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

/// A route's path, as Express 5 writes it: "/users/:id" names a segment or a part of one, "/files/*rest" what is left
/// (at least one character), "/a{/:b}" holds a part that may be missing, '\' takes the meaning from the character
/// behind it. Beyond Express a "*" without a name ends a path: all that is left, and perhaps nothing. A slash at the
/// end of the path does not matter, and letters match in either case. Also beyond Express, text matches its
/// percent-encoded form: `use("/admin")` is not passed by "/%61dmin".
class Pattern {
 public:
  enum class Kind : unsigned char { exact, prefix };  ///< prefix: what `use` and `files` match
  enum class Match : unsigned char {
    no,
    yes,
    undecodable,  ///< a parameter is not UTF-8 once decoded: 400
  };
  Pattern(std::string_view path, Kind kind);

  /// Adds the parameters; `used` becomes how much of the path was matched, a slash at its end included.
  Match match(std::string_view path, Params& params, std::size_t& used) const;
  bool matches(std::string_view path) const;
  const std::string& text() const noexcept { return text_; }
  /// What is wrong with the text; empty if nothing is. A wrong pattern matches nothing.
  const std::string& error() const noexcept { return error_; }

 private:
  struct Token {
    enum class Kind : unsigned char { text, parameter, wildcard, rest } kind;
    std::string text;  // or the name
    // Of a capture: it ends where one of these begins. Express's rule, and what keeps the search short.
    std::vector<std::string> stops = {};
    std::vector<std::string> other_stops = {};  // a second try of a wildcard
    std::string other_text = {};                // a second try of a parameter: exactly this
  };
  using Sequence = std::vector<Token>;
  struct Parser;
  struct Search;
  void add_alternative(Sequence sequence);

  std::string text_, error_;
  std::vector<Sequence> alternatives_;
  Kind kind_;
  bool everything_ = false;  // use("/")
};

}  // namespace duplex::http
