// SPDX-License-Identifier: MIT
#pragma once
#include <coroutine>
#include <memory>
#include <optional>

#include <duplex/history_store.h>
#include <duplex/log.h>

// What was said in a room, for those who come later: kept in memory, or in a file that outlives the process.
//
//     History history;                                                    // in memory; in a file: history_sqlite.h
//     io.on("say", [&](sio::Socket& socket, std::string room, std::string text, sio::Ack ack) {
//       auto tell = [everyone = socket.nsp().to(room), text, ack = std::move(ack)](const auto& kept) mutable {
//         if (!kept) return ack(json::object("error", kept.error().message()));
//         everyone.emit("said", text, kept->id);  // it is kept: now it may be told,
//         ack(json::object("id", kept->id));      // and confirmed
//       };
//       history.append(room, "said", text).then(std::move(tell));
//     });
//     io.on("catch up", [&](std::string room, std::uint64_t seen) -> Task<json::Text> {
//       const Result<history::Page> page = co_await history.after(room, seen);
//       co_return page ? json::text_of(page->entries) : json::object("error", page.error().message());
//     });
#pragma GCC visibility push(default)

namespace duplex {

namespace history {

/// Something that has been asked for and is not there yet. Say what to do with it, by `then` or by `co_await`; it is
/// asked for at that moment, or when this object goes, if nobody wants to know. What you say runs on the loop that
/// asked, never before this call returns; asked by a thread that is no loop's, on the history's own thread, or at once
/// where there is none. A loop that has ended hears nothing any more: what was to be called is destroyed, and a
/// coroutine stays where it is.
template <class T>
class Later {
 public:
  using Then = Function<void(Result<T>)>;
  explicit Later(Function<void(Then)> ask) noexcept : ask_(std::move(ask)) {}
  Later(Later&& other) noexcept : ask_(std::exchange(other.ask_, {})) {}
  Later& operator=(Later&&) = delete;
  ~Later() {
    if (ask_) ask_(Then());
  }

  void then(Then fn) { std::exchange(ask_, {})(std::move(fn)); }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    auto ask = std::exchange(ask_, {});  // this object may be gone before `ask` returns
    ask([this, waiter](Result<T> result) {
      result_.emplace(std::move(result));
      waiter.resume();
    });
  }
  Result<T> await_resume() { return std::move(*result_); }

 private:
  Function<void(Then)> ask_;
  std::optional<Result<T>> result_;
};

/// What a history has done since it was opened.
struct Stats {
  std::uint64_t appended = 0;  ///< entries that are kept, or were
  std::uint64_t failed = 0;    ///< appends and reads that were answered with an error
  std::uint64_t commits = 0;   ///< of a store that blocks: `appended / commits` is how many shared one
  std::uint64_t waiting = 0;   ///< now
};

struct Options {
  Limits limits = {};
  /// How many operations, and bytes of them, may wait for the store; more are answered with Errc::overloaded.
  std::size_t max_waiting = 10'000;
  std::size_t max_waiting_bytes = 16 * 1024 * 1024;
  LogSink log = {};  ///< empty: warnings and errors to standard error
};

}  // namespace history

/// The last entries of any number of rooms. A room is a name: it need not be one of Socket.IO's. Any thread.
/// A store that blocks, as a file does, has a thread of its own here, which commits together whatever has queued; an
/// append is answered when its commit is durable, and not before.
class History {
 public:
  explicit History(history::Options options = {}, std::unique_ptr<history::Store> store = {});  ///< none: in memory
  ~History();                                                                                   ///< finishes what waits
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// To be called once, before anything else, for a store that can fail to open. Why it did is in `open_error()`: a
  /// line that says which file, what is wrong, and what to do.
  Result<void> open();
  const std::string& open_error() const noexcept { return open_error_; }

  /// An event, with values as `emit` takes them (binary ones are kept as Node writes a Buffer in JSON).
  template <class... T>
  history::Later<history::Appended> append(std::string_view room, std::string_view name, const T&... values) {
    return append_text(room, {}, name, json::array(values...));
  }
  /// The same, once: if the room has an entry of this key already, that one is the answer, and it is not `fresh`. For
  /// clients that send again what they got no answer to. An empty key is none.
  template <class... T>
  history::Later<history::Appended> append_once(std::string_view room, std::string_view key, std::string_view name,
                                                const T&... values) {
    return append_text(room, key, name, json::array(values...));
  }

  history::Later<history::Page> last(std::string_view room, std::size_t entries = 50);
  /// Those behind `id`, from there on. 0: from the oldest.
  history::Later<history::Page> after(std::string_view room, std::uint64_t id, std::size_t entries = 1'000);
  history::Later<void> clear(std::string_view room);

  history::Stats stats() const;

 private:
  history::Later<history::Appended> append_text(std::string_view room, std::string_view key, std::string_view name,
                                                json::Text arguments);
  struct Impl;
  std::shared_ptr<Impl> impl_;  // an operation that has not been asked for yet holds it, too
  std::string open_error_;
};

}  // namespace duplex

#pragma GCC visibility pop
