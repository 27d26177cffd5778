// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include <duplex/history_store.h>

// Histories in a file (SQLite): they are there after a restart. Links duplex::sqlite, a library of its own.
//
//     History history({}, history::sqlite({.file = "chat.db"}));
//     if (!history.open()) std::cerr << history.open_error() << '\n';
#pragma GCC visibility push(default)

namespace duplex::history {

struct SqliteOptions {
  std::string file = {};                          ///< made if it is not there; its folder is not
  std::chrono::milliseconds busy_timeout{2'000};  ///< for another process to let go of the file
  /// What is confirmed outlives a power failure, too, and not only a crash of the process: every commit waits for the
  /// disk (fsync). Commits are shared by whatever has queued.
  bool power_safe = true;
  std::size_t max_file_bytes = 0;  ///< of the database without its write-ahead log; 0: any
  /// Reads the whole file once when it is opened, and refuses one that is damaged. Takes about a second per GiB.
  bool check = true;
};

/// A store in that file. Several processes may share it.
std::unique_ptr<Store> sqlite(SqliteOptions options);

}  // namespace duplex::history

#pragma GCC visibility pop
