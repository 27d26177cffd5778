// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/error.h>

#include <new>
#include <type_traits>
#include <utility>
#pragma GCC visibility push(default)

namespace duplex {

/// The wrapper that says "this is the error": `return Unexpected(Errc::timeout);`
class Unexpected {
 public:
  explicit Unexpected(std::error_code e) noexcept : error_(e) {}
  explicit Unexpected(Errc e) noexcept : error_(make_error_code(e)) {}
  std::error_code error() const noexcept { return error_; }

 private:
  std::error_code error_;
};

/// A value or an error: the shape of std::expected<T, std::error_code>.
template <class T>
class [[nodiscard]] Result {
  static_assert(std::is_object_v<T> && !std::is_array_v<T>, "duplex: Result<T> holds an object type or void");

 public:
  using value_type = T;
  using error_type = std::error_code;

  template <class U = T>
  requires(!std::is_same_v<std::remove_cvref_t<U>, Result> && !std::is_same_v<std::remove_cvref_t<U>, Unexpected> &&
           std::is_constructible_v<T, U>) constexpr explicit(!std::is_convertible_v<U, T>) Result(U&& value)
      : value_(std::forward<U>(value)), has_value_(true) {}
  Result(Unexpected u) noexcept : error_(u.error()), has_value_(false) {}
  Result(std::error_code e) noexcept requires(!std::is_same_v<T, std::error_code>) : error_(e), has_value_(false) {}
  Result(Errc e) noexcept : error_(make_error_code(e)), has_value_(false) {}

  Result(const Result& o) requires std::is_copy_constructible_v<T> : has_value_(o.has_value_) { construct(o); }
  Result(Result&& o) noexcept(std::is_nothrow_move_constructible_v<T>) : has_value_(o.has_value_) {
    construct(std::move(o));
  }
  Result& operator=(Result o) noexcept(std::is_nothrow_move_constructible_v<T>) {
    destroy();
    has_value_ = o.has_value_;
    construct(std::move(o));
    return *this;
  }
  ~Result() { destroy(); }

  constexpr explicit operator bool() const noexcept { return has_value_; }
  constexpr bool has_value() const noexcept { return has_value_; }
  T& operator*() & noexcept { return value_; }
  const T& operator*() const& noexcept { return value_; }
  T&& operator*() && noexcept { return std::move(value_); }
  T* operator->() noexcept { return &value_; }
  const T* operator->() const noexcept { return &value_; }
  std::error_code error() const noexcept { return has_value_ ? std::error_code() : error_; }
  template <class U>
  T value_or(U&& other) const& {
    return has_value_ ? value_ : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  T value_or(U&& other) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

 private:
  template <class R>
  void construct(R&& o) {
    if (o.has_value_)
      ::new (static_cast<void*>(&value_)) T(std::forward<R>(o).value_);
    else
      ::new (static_cast<void*>(&error_)) std::error_code(o.error_);
  }
  void destroy() noexcept {
    if (has_value_) value_.~T();
  }
  union {
    T value_;
    std::error_code error_;
  };
  bool has_value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() noexcept = default;
  Result(Unexpected u) noexcept : error_(u.error()) {}
  Result(std::error_code e) noexcept : error_(e) {}
  Result(Errc e) noexcept : error_(make_error_code(e)) {}
  explicit operator bool() const noexcept { return !error_; }
  bool has_value() const noexcept { return !error_; }
  std::error_code error() const noexcept { return error_; }

 private:
  std::error_code error_;
};
}  // namespace duplex

#pragma GCC visibility pop
