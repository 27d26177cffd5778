// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/history_store.h>
#include <sqlite3.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace duplex::history {

class Database;

/// A prepared statement, used again and again: `for (auto rows = statement({room, 5}); rows.next();) rows.number(0)`.
class Statement {
 public:
  using Value = std::variant<std::int64_t, std::string_view, std::nullptr_t>;

  Statement() noexcept = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }
  bool prepare(Database& database, const char* sql);

  /// One use of it; the statement is ready for the next one when this goes.
  class Rows {
   public:
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { sqlite3_reset(statement_); }
    /// To the next row; false at the end, or when something failed: see Database::failed.
    bool next();
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    std::string_view text(int column) const;

   private:
    friend class Statement;
    Rows(Database& database, sqlite3_stmt* statement) noexcept : database_(database), statement_(statement) {}
    Database& database_;
    sqlite3_stmt* statement_;
  };
  /// Binds the values to its parameters. Texts are borrowed as long as the rows live.
  Rows operator()(std::initializer_list<Value> values = {});
  /// Runs it to its end.
  void run(std::initializer_list<Value> values = {});

 private:
  Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

/// The end of a line about such a failure.
std::string what_to_do(Errc why);

/// A connection to a SQLite file. It remembers the first failure of a piece of work, so that the work may be written
/// down without a check a line: after a failure statements do nothing. One thread at a time.
class Database {
 public:
  Database() noexcept = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { close(); }

  void open(const std::string& file);
  void close() noexcept;
  sqlite3* handle() const noexcept { return handle_; }
  std::int64_t last_id() const noexcept { return sqlite3_last_insert_rowid(handle_); }

  void run(const char* sql);
  /// The first value of the first row, as text; empty if there is none.
  std::string ask(const char* sql);
  std::int64_t ask_number(const char* sql);

  bool failed() const noexcept { return code_ != SQLITE_OK; }
  void note(int code);                           ///< what SQLite has answered
  void fail(Errc why, const std::string& text);  ///< what we have found ourselves
  /// Forgets what an earlier piece of work left behind that had no memory to end.
  void start_over() noexcept;
  /// What went wrong since the last call, if anything did; what had been begun is undone.
  Fault finish();

 private:
  sqlite3* handle_ = nullptr;
  std::string file_;
  int code_ = SQLITE_OK;  // the first failure
  Fault fault_;
};

}  // namespace duplex::history
