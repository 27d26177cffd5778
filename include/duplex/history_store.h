// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/json.h>

// What a history keeps and where: for those who write a store of their own. Users of a history want history.h.
#pragma GCC visibility push(default)

namespace duplex::history {

/// What can go wrong with a history. Every value has an anchor in docs/errors.md.
enum class Errc {
  ok,
  too_large,     ///< one entry is larger than `Limits::max_entry`
  overloaded,    ///< more waits for the store than `Options::max_waiting`
  disk_full,     ///< no space is left, or a quota or a limit of the file's size is reached
  locked,        ///< another process held the file for longer than `busy_timeout`
  corrupt,       ///< the file is no database, or is damaged
  foreign,       ///< the file is a database of another program, or of a newer Duplex
  not_writable,  ///< the file cannot be opened or written: permissions, a read-only file system, a folder that is
                 ///< missing
  io,            ///< the system could not read or write
  closed,        ///< the history has ended, or could not be opened
};
const std::error_category& category() noexcept;
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), category()}; }

/// What is kept. What is over goes, the oldest first.
struct Limits {
  std::size_t max_entries = 1'000;                 ///< of one room
  std::size_t max_bytes = 1024 * 1024;             ///< of one room's entries: names, keys and arguments
  std::chrono::seconds max_age{2'592'000};         ///< of an entry: 30 days; 0: any
  std::size_t max_entry = 64 * 1024;               ///< bytes of one; larger ones are refused
  std::size_t max_rooms = 10'000;                  ///< those that were written to longest ago go
  std::size_t max_total_bytes = 64 * 1024 * 1024;  ///< of all rooms together
};

/// One event of a room.
struct Entry {
  std::uint64_t id = 0;  ///< grows with every entry of the store, whatever the room, and is never used again
  std::int64_t at = 0;   ///< milliseconds since 1970, as JavaScript's Date has them
  std::string name;
  json::Text arguments;  ///< an array

  /// Its first argument, for events that have one. Borrows from the entry.
  json::View value() const& noexcept { return arguments.view().at(0); }
  friend void duplex_fields(json::Fields& f, Entry& e) {
    f("id", e.id)("at", e.at)("name", e.name)("arguments", e.arguments);
  }
};

/// What became of an append.
struct Appended {
  std::uint64_t id = 0;
  std::int64_t at = 0;  ///< milliseconds since 1970
  bool fresh = true;    ///< false: `append_once` found it there
};

/// Entries of one room, the oldest first.
struct Page {
  std::vector<Entry> entries;
  /// Nothing that was asked for has been dropped: there is no gap before the first entry.
  bool complete = true;
};

/// What went wrong, and in words: which file, what, and what to do. No code: nothing did.
struct Fault {
  std::error_code code;
  std::string text;
  explicit operator bool() const noexcept { return static_cast<bool>(code); }
};

/// An entry that is to be kept.
struct Write {
  std::string room, key, name, arguments;
  std::int64_t at = 0;  ///< milliseconds since 1970
  std::size_t bytes() const noexcept { return key.size() + name.size() + arguments.size(); }
};

/// Where entries are kept. One thread at a time calls it; none of it may throw but std::bad_alloc.
class Store {
 public:
  Store() = default;
  virtual ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// It waits for a disk or for somebody: the history calls it on a thread of its own.
  virtual bool blocks() const noexcept = 0;
  virtual Fault open(const Limits& limits) = 0;
  /// All of them or none; durable when it returns without a fault. `kept` is as long as `writes`.
  virtual Fault append(std::span<const Write> writes, std::span<Appended> kept) = 0;
  /// `now`: milliseconds since 1970; what is older than the limit at that time is not there any more.
  virtual Fault last(std::string_view room, std::size_t entries, std::int64_t now, Page& page) = 0;
  virtual Fault after(std::string_view room, std::uint64_t id, std::size_t entries, std::int64_t now, Page& page) = 0;
  virtual Fault clear(std::string_view room) = 0;
  /// Drops what is too old at that time. Called now and then.
  virtual Fault expire(std::int64_t now) = 0;
};

}  // namespace duplex::history

#pragma GCC visibility pop

template <>
struct std::is_error_code_enum<duplex::history::Errc> : std::true_type {};
