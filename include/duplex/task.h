// SPDX-License-Identifier: MIT
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#pragma GCC visibility push(default)

namespace duplex {

/// What a coroutine handler returns; its value becomes the ack. It starts at once, on the handler's thread, and goes on
/// wherever what it awaits resumes it. It outlives the message: its parameters are values, never views or references. A
/// lambda's captures live in the handler: `off` ends them while the coroutine may still use them.
///
///     io.on("report", [&](std::string name) -> Task<std::string> { co_return co_await reports.make(std::move(name));
///     });
///
/// One that throws gives no answer: its ack is dropped. Its frame is one allocation.
template <class T = void>
class [[nodiscard]] Task;

namespace detail {
/// What both promises share: whoever awaits the task, and the exception it ended with.
struct PromiseBase {
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> h) const noexcept {
      return h.promise().waiter;
    }
    void await_resume() const noexcept {}
  };
  std::suspend_never initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }
  std::coroutine_handle<> waiter = std::noop_coroutine();
  std::exception_ptr failure;
};
template <class T>
struct Promise : PromiseBase {
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T take() { return std::move(*value); }
  std::optional<T> value;
};
template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const noexcept {}
};
/// A coroutine that nobody holds: it frees itself when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept {}  // what it held is released, and so says that it was dropped
  };
};
}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using value_type = T;
  Task(Task&& o) noexcept : handle_(std::exchange(o.handle_, {})) {}
  Task& operator=(Task&& o) noexcept {
    std::swap(handle_, o.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return handle_.done(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { handle_.promise().waiter = waiter; }
  T await_resume() {
    if (handle_.promise().failure) std::rethrow_exception(handle_.promise().failure);
    return handle_.promise().take();
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> h) noexcept : handle_(h) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}
}  // namespace detail

/// Calls `then` with the task's value, or without one, when it ends; never if it throws.
template <class T, class F>
detail::Detached when_done(Task<T> task, F then) {
  if constexpr (std::is_void_v<T>) {
    co_await task;
    then();
  } else {
    then(co_await task);
  }
}

}  // namespace duplex

#pragma GCC visibility pop
