// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <duplex/result.h>

#pragma GCC visibility push(default)

namespace duplex::json {

/// Bytes that travel beside the JSON, as a Socket.IO attachment. Borrowed until the handler returns.
using Binary = std::span<const std::byte>;

class Elements;
class Members;

/// A JSON value, as text. Borrowed until the handler returns; keep it as a `json::Text` or through `as<T>()`.
/// Looking into it never fails: what is not there is a view that is `missing()`, and so is everything within it.
/// It may be walked any number of times; each look costs a scan of the text.
class View {
 public:
  constexpr View() noexcept = default;
  /// Text that is known to be one valid JSON value (see `json::parse`), and the binaries that its placeholders name.
  constexpr explicit View(std::string_view validated, std::span<const Binary> attachments = {}) noexcept
      : text_(validated), attachments_(attachments) {}

  /// The value of a key, or of the last of several that are equal, as in JavaScript.
  View operator[](std::string_view key) const;
  /// The element at a position of an array.
  View at(std::size_t index) const noexcept;
  /// How many elements or members; 0 if this is neither array nor object.
  std::size_t size() const;

  /// Decodes into a type that owns what it holds: std::string, not std::string_view.
  /// A missing value is `Errc::missing_argument`, unless T is optional.
  template <class T>
  Result<T> as() const;

  bool missing() const noexcept { return text_.empty(); }
  explicit operator bool() const noexcept { return !missing(); }
  bool is_null() const noexcept { return text_ == "null"; }
  bool is_bool() const noexcept { return text_ == "true" || text_ == "false"; }
  bool is_number() const noexcept { return first() == '-' || (first() >= '0' && first() <= '9'); }
  bool is_string() const noexcept { return first() == '"'; }
  bool is_array() const noexcept { return first() == '['; }
  bool is_object() const noexcept { return first() == '{' && !is_binary(); }
  bool is_binary() const noexcept;  ///< a placeholder of one of this message's attachments

  /// The bytes, if `is_binary()`. Borrowed until the handler returns.
  Binary binary() const noexcept;

  /// `for (json::View element : view.elements())`: nothing if this is not an array.
  Elements elements() const noexcept;
  /// `for (auto [name, value] : view.members())`: nothing if this is not an object.
  Members members() const noexcept;

  /// The JSON, exactly as it arrived; empty if missing.
  constexpr std::string_view text() const noexcept { return text_; }
  constexpr std::span<const Binary> attachments() const noexcept { return attachments_; }

  /// Is it a string, and equal to this one once unescaped?
  friend bool operator==(View view, std::string_view plain) noexcept { return view.equals(plain); }

 private:
  char first() const noexcept { return text_.empty() ? '\0' : text_.front(); }
  bool equals(std::string_view plain) const noexcept;

  std::string_view text_ = "null";
  std::span<const Binary> attachments_;
};

/// JSON that owns its text. It holds no binaries: a view that has some is copied with `null` in their place.
class Text {
 public:
  Text() noexcept : text_("null") {}
  explicit Text(std::string valid) noexcept : text_(std::move(valid)) {}
  explicit Text(View view);

  View view() const& noexcept { return View(text_); }
  View view() && = delete;  // the text would be gone
  std::string_view text() const& noexcept { return text_; }
  std::string take() && noexcept { return std::move(text_); }

 private:
  std::string text_;
};

/// Checks that the whole of `text` is one JSON value (RFC 8259, UTF-8, at most 256 deep) and looks at it. Borrows
/// `text`. `Errc::bad_argument` if it is not.
Result<View> parse(std::string_view text);

/// A name and its value, as `members()` yields them. The name is unescaped, and its own.
struct Member {
  std::string name;
  View value;
};

namespace detail {
/// What both ranges share: where the next value is looked for.
class Walk {
 public:
  Walk() noexcept = default;
  Walk(View whole, char open) noexcept;
  friend bool operator==(const Walk& a, const Walk& b) noexcept { return a.at_ == b.at_; }

 protected:
  bool step() noexcept;   ///< to the next element or name; at the end `at_` becomes null
  View value() noexcept;  ///< the value that follows
  std::string name();     ///< the name that follows, and its colon
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::span<const Binary> attachments_;
  bool first_ = true;
};
}  // namespace detail

/// The elements of an array, in order.
class Elements {
 public:
  class Iterator : detail::Walk {
   public:
    using value_type = View;
    using difference_type = std::ptrdiff_t;
    Iterator() noexcept = default;
    explicit Iterator(View array) noexcept : Walk(array, '[') { ++*this; }
    View operator*() const noexcept { return current_; }
    const View* operator->() const noexcept { return &current_; }
    Iterator& operator++() noexcept {
      if (step()) current_ = value();
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    View current_;
  };
  explicit Elements(View array) noexcept : array_(array) {}
  Iterator begin() const noexcept { return Iterator(array_); }
  Iterator end() const noexcept { return {}; }

 private:
  View array_;
};

/// The members of an object, in the order of the text; equal names are all there.
class Members {
 public:
  class Iterator : detail::Walk {
   public:
    using value_type = Member;
    using difference_type = std::ptrdiff_t;
    Iterator() noexcept = default;
    explicit Iterator(View object) : Walk(object, '{') { ++*this; }
    const Member& operator*() const noexcept { return current_; }
    const Member* operator->() const noexcept { return &current_; }
    Iterator& operator++() {
      if (step()) current_.name = name(), current_.value = value();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    Member current_;
  };
  explicit Members(View object) noexcept : object_(object) {}
  Iterator begin() const { return Iterator(object_); }
  Iterator end() const noexcept { return {}; }

 private:
  View object_;
};

inline Elements View::elements() const noexcept { return Elements(*this); }
inline Members View::members() const noexcept { return Members(*this); }

}  // namespace duplex::json

#pragma GCC visibility pop
