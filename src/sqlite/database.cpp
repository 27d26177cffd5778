// SPDX-License-Identifier: MIT
#include "sqlite/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace duplex::history {
namespace {

/// SQLite's extended code and the system's errno, as one of ours. A limit of the file's size (ulimit -f) and a quota
/// are full disks, too.
Errc errc_of(int code, int system) {
  if (system == ENOSPC || system == EFBIG || system == EDQUOT) return Errc::disk_full;
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return Errc::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::locked;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::corrupt;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Errc::not_writable;
    default:
      return Errc::io;
  }
}

/// The system's errno of a failure to read or write: SQLite keeps it for each of its files, the write-ahead log first.
int system_error(sqlite3* handle) {
  if (handle == nullptr) return 0;
  if (const int error = sqlite3_system_errno(handle)) return error;
  sqlite3_file* journal = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
  int error = 0;
  if (journal != nullptr && journal->pMethods != nullptr)
    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error == 0) sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

}  // namespace

std::string what_to_do(Errc why) {
  switch (why) {
    case Errc::disk_full:
      return "; nothing is kept or confirmed until there is space again";
    case Errc::locked:
      return "; another process holds it: end that one, or choose another file";
    case Errc::corrupt:
      return "; move it away and put a backup in its place, or start with a new file (`sqlite3 FILE .recover` may save "
             "what is in it)";
    case Errc::not_writable:
      return "; check that it and its folder exist and belong to this user, and that the file system can be written";
    case Errc::foreign:
      return "; choose another file";
    default:
      return "; check the disk";
  }
}

bool Statement::prepare(Database& database, const char* sql) {
  database_ = &database;
  if (database.failed()) return false;
  sqlite3_finalize(std::exchange(statement_, nullptr));
  database.note(sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  return !database.failed();
}

Statement::Rows Statement::operator()(std::initializer_list<Value> values) {
  int at = 0;
  for (const Value& value : values) {
    ++at;
    if (const auto* number = std::get_if<std::int64_t>(&value))
      sqlite3_bind_int64(statement_, at, *number);
    else if (const auto* text = std::get_if<std::string_view>(&value))
      sqlite3_bind_text(statement_, at, text->data() == nullptr ? "" : text->data(), static_cast<int>(text->size()),
                        SQLITE_STATIC);
    else
      sqlite3_bind_null(statement_, at);
  }
  return Rows(*database_, statement_);
}

void Statement::run(std::initializer_list<Value> values) {
  auto rows = (*this)(values);
  while (rows.next()) continue;
}

bool Statement::Rows::next() {
  if (database_.failed() || statement_ == nullptr) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.note(code);
  return false;
}

std::string_view Statement::Rows::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr ? std::string_view()
                         : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

void Database::open(const std::string& file) {
  file_ = file;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  note(sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr));
}

void Database::close() noexcept { sqlite3_close_v2(std::exchange(handle_, nullptr)); }

void Database::run(const char* sql) {
  if (!failed()) note(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

std::string Database::ask(const char* sql) {
  Statement statement;
  if (!statement.prepare(*this, sql)) return {};
  auto rows = statement();
  return rows.next() ? std::string(rows.text(0)) : std::string();
}

std::int64_t Database::ask_number(const char* sql) {
  Statement statement;
  if (!statement.prepare(*this, sql)) return 0;
  auto rows = statement();
  return rows.next() ? rows.number(0) : 0;
}

void Database::note(int code) {
  if (code == SQLITE_OK || failed()) return;
  const bool by_system = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
  const int system = by_system ? system_error(handle_) : 0;
  const Errc why = errc_of(code, system);
  std::string text = handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_);
  if (system != 0) text += std::string(" (") + std::strerror(system) + ')';
  code_ = code;
  fault_ = {make_error_code(why), file_ + ": " + text + what_to_do(why)};
}

void Database::fail(Errc why, const std::string& text) {
  if (failed()) return;
  code_ = SQLITE_ERROR;
  fault_ = {make_error_code(why), file_ + ": " + text + what_to_do(why)};
}

void Database::start_over() noexcept {
  if (handle_ != nullptr && sqlite3_get_autocommit(handle_) == 0)
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  code_ = SQLITE_OK;
  fault_ = {};
}

Fault Database::finish() {
  Fault fault = std::exchange(fault_, {});
  if (failed()) start_over();
  return fault;
}

}  // namespace duplex::history
