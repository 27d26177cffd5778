// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/handle.h>
#include <duplex/json.h>
#include <duplex/sio_bind.h>

// What is emitted, and the answers to it.
#pragma GCC visibility push(default)

namespace duplex::sio {

/// One event as it is sent, borrowed: `["name",…]`, and the binaries that its placeholders name.
struct EventView {
  std::string_view json;
  std::span<const json::Binary> attachments = {};
};

/// What a client answered, borrowed until the handler returns.
struct Answer {
  json::View all = json::View("[]");  ///< every argument that it gave to the callback, as an array
  json::View first() const noexcept {
    const json::View value = all.at(0);
    return value.missing() ? json::View("null") : value;
  }
};

/// What the clients answered to a broadcast, in the order of arrival; borrowed until the handler returns.
/// `error` is set when some did not in time: then these are the ones that did.
struct Answers {
  std::vector<Answer> list;
  std::error_code error;
};

/// Awaits one client's answer; see `within`.
struct Within {
  std::chrono::milliseconds limit;  ///< 0: the server's default
  Function<void(Result<Answer>)> then;
};
/// Awaits the answers of all that a broadcast reaches; see `gather`.
struct Gather {
  std::chrono::milliseconds limit;  ///< 0: the server's default
  Function<void(const Answers&)> then;
};

/// The answer that is awaited comes last in `emit`:
///
///     socket.emit("question", "ready?", sio::within(5s, [](Result<json::View> answer) { … }));
///
/// `then` runs on the socket's loop, once: with the first value that the client gave to its callback (take a
/// `Result<sio::Answer>` for all of them), with Errc::timeout, or with Errc::closed if the client went first.
template <class F>
Within within(std::chrono::milliseconds limit, F&& then) {
  using Callable = std::decay_t<F>;
  if constexpr (std::is_invocable_v<Callable&, Result<Answer>>) {
    return {limit, std::forward<F>(then)};
  } else {
    static_assert(std::is_invocable_v<Callable&, Result<json::View>>,
                  "duplex: what awaits an answer takes a Result<json::View> (the first value) or a Result<sio::Answer> "
                  "(all of them): `sio::within(5s, [](Result<json::View> answer) { ... })`");
    if constexpr (std::is_invocable_v<Callable&, Result<json::View>>)
      return {limit, [then = std::forward<F>(then)](Result<Answer> answer) mutable {
                if (answer)
                  then(Result<json::View>(answer->first()));
                else
                  then(Result<json::View>(answer.error()));
              }};
    else
      return {limit, {}};
  }
}
/// With the server's default limit.
template <class F>
Within within(F&& then) {
  return within(std::chrono::milliseconds(0), std::forward<F>(then));
}

/// `io.to("room").emit("vote", sio::gather(10s, [](const sio::Answers& answers) { … }));`
/// `then` runs once, on the loop that emitted, or on the server's first when that was no loop's thread.
template <class F>
Gather gather(std::chrono::milliseconds limit, F&& then) {
  return {limit, std::forward<F>(then)};
}
template <class F>
Gather gather(F&& then) {
  return gather(std::chrono::milliseconds(0), std::forward<F>(then));
}

namespace detail {
template <class T>
inline constexpr bool is_waiter = std::is_same_v<T, Within> || std::is_same_v<T, Gather>;

/// An event being written: into a lent string, so that emitting allocates nothing.
class Encoded {
 public:
  template <class... T>
  explicit Encoded(std::string_view name, const T&... values) {
    json::Writer w(loan_.text(), &attachments_);
    w.open_array(name);
    (append(w, values), ...);
    w.put(']');
  }
  EventView view() noexcept { return {loan_.text(), attachments_}; }

 private:
  template <class T>
  static void append(json::Writer& w, const T& value) {
    char before = ',';
    if constexpr (!is_waiter<T>) write_argument(w, before, value);
  }
  json::Loan loan_;
  std::vector<json::Binary> attachments_;
};

template <class Waiter>
Waiter* find_waiter() {
  return nullptr;
}
template <class Waiter, class T, class... Rest>
Waiter* find_waiter(T& first, Rest&... rest) {
  if constexpr (sizeof...(Rest) > 0) {
    static_assert(!is_waiter<std::remove_const_t<T>>,
                  "duplex: sio::within(...) and sio::gather(...) come last in emit(...)");
    return find_waiter<Waiter>(rest...);
  } else if constexpr (std::is_same_v<std::remove_const_t<T>, Waiter>) {
    return const_cast<Waiter*>(&first);
  } else {
    return nullptr;
  }
}
template <class... T>
consteval bool one_receiver() {
  static_assert((!std::is_same_v<std::remove_cvref_t<T>, Gather> && ...),
                "duplex: sio::gather(...) waits for many answers: use it with a broadcast; here, use sio::within(...)");
  return true;
}
template <class... T>
consteval bool many_receivers() {
  static_assert(
      (!std::is_same_v<std::remove_cvref_t<T>, Within> && ...),
      "duplex: sio::within(...) waits for one answer: use it with socket.emit or client.emit; a broadcast takes "
      "sio::gather(...)");
  return true;
}
}  // namespace detail
}  // namespace duplex::sio

#pragma GCC visibility pop
