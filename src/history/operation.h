// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/history.h>

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "net/reactor.h"

namespace duplex::history {

/// What is to be said when the store's lock has been let go of.
using Told = std::vector<Function<void()>>;

/// Calls what is a user's. What it throws ends here, in a line for the log.
template <class F, class Log>
void guarded(F& fn, Log&& log) {
  try {
    fn();
  } catch (const std::exception& e) {
    log(std::string("a handler of an answer threw: ") + e.what());
  } catch (...) {
    log(std::string("a handler of an answer threw something that is no std::exception"));
  }
}

/// Somebody who waits for the outcome, and the loop that he asked on.
template <class T>
class Waiter {
 public:
  Waiter() = default;
  explicit Waiter(Function<void(Result<T>)> then) : then_(std::move(then)) {
    if (const net::Reactor* here = net::Reactor::current()) slot_ = here->slot();
  }
  /// Has him told, once: on his loop, or by whoever runs `told`.
  void tell(Result<T> result, Told& told) {
    if (!then_) return;
    auto call = [then = std::exchange(then_, {}), result = std::move(result)]() mutable { then(std::move(result)); };
    if (slot_ < 0)
      told.emplace_back(std::move(call));
    else
      net::Reactor::post_to(slot_, [call = std::move(call)]() mutable {
        guarded(call, [](const std::string& text) { net::Reactor::current()->log(LogLevel::error, "history", text); });
      });
  }

 private:
  Function<void(Result<T>)> then_;
  int slot_ = -1;
};

/// One thing that is asked of a store.
struct Operation {
  enum class Kind : unsigned char { append, last, after, clear };
  Kind kind = Kind::append;
  Write write;  // of the others: only its room
  std::uint64_t id = 0;
  std::size_t entries = 0;
  Waiter<Appended> appended;
  Waiter<Page> page;
  Waiter<void> cleared;

  /// What it takes while it waits.
  std::size_t bytes() const noexcept { return sizeof(Operation) + write.room.size() + write.bytes(); }
  void fail(std::error_code why, Told& told) {
    appended.tell(why, told);
    page.tell(why, told);
    cleared.tell(why, told);
  }
};

}  // namespace duplex::history
