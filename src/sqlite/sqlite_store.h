// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/history_sqlite.h>

#include <memory>
#include <optional>

#include "sqlite/database.h"

namespace duplex::history {

/// Entries in a SQLite file, in its write-ahead log first. What rooms hold is counted in the file, too, so that
/// processes may share it. One thread at a time.
class SqliteStore final : public Store {
 public:
  explicit SqliteStore(SqliteOptions options);
  ~SqliteStore() override;

  bool blocks() const noexcept override { return true; }
  Fault open(const Limits& limits) override;
  Fault append(std::span<const Write> writes, std::span<Appended> kept) override;
  Fault last(std::string_view room, std::size_t entries, std::int64_t now, Page& page) override;
  Fault after(std::string_view room, std::uint64_t id, std::size_t entries, std::int64_t now, Page& page) override;
  Fault clear(std::string_view room) override;
  Fault expire(std::int64_t now) override;

 private:
  struct Room {
    std::int64_t id = 0, entries = 0, bytes = 0;
    std::int64_t dropped = 0;  // everything up to this entry may have been here once
  };
  struct Totals {
    std::int64_t rooms = 0, bytes = 0;
    std::int64_t forgotten = 0;  // no room that was forgotten had an entry behind this one
  };
  struct Statements;

  void check_schema();
  void check_pages();
  void set_up();
  Totals begin();
  Totals totals();
  void commit(const Totals& totals);
  Appended append(const Write& write, Totals& totals);
  Room room_of(const std::string& name, Totals& totals);
  std::optional<Room> find(std::string_view name);
  void save(const Room& room, std::int64_t newest);
  void make_place(Room& room, std::int64_t bytes, std::int64_t now, Totals& totals);
  bool drop_oldest(Room& room, Totals& totals, std::int64_t older_than);
  void bound_total(Room newest, Totals& totals);
  void forget(const Room& room, std::int64_t newest, Totals& totals);
  std::int64_t horizon(std::int64_t now) const noexcept;
  void read(Statement& statement, std::initializer_list<Statement::Value> values, Page& page);

  const SqliteOptions options_;
  Limits limits_;
  Database database_;
  std::unique_ptr<Statements> sql_;  // they end before their database
};

}  // namespace duplex::history
