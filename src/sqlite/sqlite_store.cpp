// SPDX-License-Identifier: MIT
#include "sqlite/sqlite_store.h"

#include <algorithm>

namespace duplex::history {
namespace {

// `PRAGMA application_id`: tells a history from other databases (file(1) shows it, too).
constexpr std::int64_t application = 0x44755048;  // "DuPH"
constexpr std::int64_t schema = 1;                // `PRAGMA user_version`

// AUTOINCREMENT: an id is never given twice, not even after the newest entry has been dropped.
constexpr const char* create = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE rooms(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, entries INTEGER NOT NULL, bytes INTEGER NOT NULL,
                   dropped INTEGER NOT NULL, newest INTEGER NOT NULL) STRICT;
CREATE INDEX rooms_by_newest ON rooms(newest);
CREATE TABLE entries(id INTEGER PRIMARY KEY AUTOINCREMENT, room INTEGER NOT NULL, at INTEGER NOT NULL,
                     bytes INTEGER NOT NULL, key TEXT, name TEXT NOT NULL, arguments TEXT NOT NULL) STRICT;
CREATE INDEX entries_by_room ON entries(room, id);
CREATE UNIQUE INDEX entries_by_key ON entries(room, key) WHERE key IS NOT NULL;
CREATE INDEX entries_by_age ON entries(at);
CREATE TABLE totals(rooms INTEGER NOT NULL, bytes INTEGER NOT NULL, forgotten INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (0, 0, 0);
PRAGMA application_id = 1148538952;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(application == 1148538952 && schema == 1);

constexpr std::int64_t page_bytes = 4096;
constexpr std::int64_t journal_bytes = 4 * 1024 * 1024;  // what is left of the write-ahead log once it is in the file

constexpr std::int64_t rooms_at_once = 100;  // that are looked through for what is too old

using Value = Statement::Value;
Value number(std::uint64_t n) { return static_cast<std::int64_t>(std::min<std::uint64_t>(n, INT64_MAX)); }

}  // namespace

struct SqliteStore::Statements {
  Statement begin, read, commit, totals, save_totals, find_room, room, add_room, save_room, oldest_room, drop_room,
      drop_entries, find_key, insert, oldest, drop, last, after, too_old, too_old_rooms, newest;

  explicit Statements(Database& database) {
    const auto ready = [&](Statement& statement, const char* sql) { statement.prepare(database, sql); };
    ready(begin, "BEGIN IMMEDIATE");
    ready(read, "BEGIN");
    ready(commit, "COMMIT");
    ready(totals, "SELECT rooms, bytes, forgotten FROM totals");
    ready(save_totals, "UPDATE totals SET rooms = ?, bytes = ?, forgotten = ?");
    ready(find_room, "SELECT id, entries, bytes, dropped FROM rooms WHERE name = ?");
    ready(room, "SELECT id, entries, bytes, dropped, newest FROM rooms WHERE id = ?");
    ready(add_room, "INSERT INTO rooms(name, entries, bytes, dropped, newest) VALUES (?, 0, 0, ?, 0)");
    ready(save_room, "UPDATE rooms SET entries = ?, bytes = ?, dropped = ?, newest = max(newest, ?) WHERE id = ?");
    ready(oldest_room, "SELECT id, entries, bytes, dropped, newest FROM rooms ORDER BY newest LIMIT 1");
    ready(drop_room, "DELETE FROM rooms WHERE id = ?");
    ready(drop_entries, "DELETE FROM entries WHERE room = ?");
    ready(find_key, "SELECT id, at FROM entries WHERE room = ? AND key = ?");
    ready(insert, "INSERT INTO entries(room, at, bytes, key, name, arguments) VALUES (?, ?, ?, ?, ?, ?)");
    ready(oldest, "SELECT id, at, bytes FROM entries WHERE room = ? ORDER BY id LIMIT 1");
    ready(drop, "DELETE FROM entries WHERE id = ?");
    ready(last,
          "SELECT * FROM (SELECT id, at, name, arguments FROM entries WHERE room = ? AND at >= ? ORDER BY id DESC "
          "LIMIT ?) ORDER BY id");
    ready(after,
          "SELECT id, at, name, arguments FROM entries WHERE room = ? AND id > ? AND at >= ? ORDER BY id LIMIT ?");
    ready(too_old, "SELECT id FROM entries WHERE room = ? AND id > ? AND at < ? LIMIT 1");
    ready(too_old_rooms, "SELECT DISTINCT room FROM entries WHERE at < ? LIMIT ?");
    ready(newest, "SELECT seq FROM sqlite_sequence WHERE name = 'entries'");
  }
};

std::unique_ptr<Store> sqlite(SqliteOptions options) { return std::make_unique<SqliteStore>(std::move(options)); }

SqliteStore::SqliteStore(SqliteOptions options) : options_(std::move(options)) {}
SqliteStore::~SqliteStore() = default;

// -- opening ----------------------------------------------------------------------------------------------------------

Fault SqliteStore::open(const Limits& limits) {
  limits_ = limits;
  database_.open(options_.file);
  if (!database_.failed()) sqlite3_busy_timeout(database_.handle(), static_cast<int>(options_.busy_timeout.count()));
  check_schema();
  if (options_.check) check_pages();
  set_up();
  if (!database_.failed()) sql_ = std::make_unique<Statements>(database_);
  if (sql_ && !database_.failed()) commit(begin());  // a file that cannot be written is found now
  Fault fault = database_.finish();
  if (fault) {
    sql_.reset();
    database_.close();
  }
  return fault;
}

void SqliteStore::check_schema() {
  const std::int64_t whose = database_.ask_number("PRAGMA application_id");
  const std::int64_t version = database_.ask_number("PRAGMA user_version");
  const std::int64_t objects = database_.ask_number("SELECT count(*) FROM sqlite_schema");
  if (whose == application && version == schema) return;
  if (whose == application)
    return database_.fail(Errc::foreign, "it was written by a newer Duplex (schema " + std::to_string(version) +
                                             "; this one knows " + std::to_string(schema) + ")");
  if (whose != 0 || version != 0 || objects != 0)
    return database_.fail(Errc::foreign, "it is a database of another program");
  database_.run(create);
}

void SqliteStore::check_pages() {
  const std::string found = database_.ask("PRAGMA quick_check(1)");
  if (found != "ok") database_.fail(Errc::corrupt, "it is damaged (" + found.substr(0, found.find('\n')) + ")");
}

void SqliteStore::set_up() {
  if (database_.ask("PRAGMA journal_mode = WAL") != "wal")
    database_.fail(Errc::io, "this file system cannot hold a write-ahead log, as network ones cannot");
  database_.run(options_.power_safe ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  database_.run(("PRAGMA journal_size_limit = " + std::to_string(journal_bytes)).c_str());
  if (options_.max_file_bytes == 0) return;
  const auto pages = static_cast<std::int64_t>(options_.max_file_bytes) / page_bytes;
  database_.run(("PRAGMA max_page_count = " + std::to_string(std::max<std::int64_t>(pages, 1))).c_str());
}

// -- writing ----------------------------------------------------------------------------------------------------------

Fault SqliteStore::append(std::span<const Write> writes, std::span<Appended> kept) {
  Totals totals = begin();
  for (std::size_t i = 0; i < writes.size() && !database_.failed(); ++i) kept[i] = append(writes[i], totals);
  commit(totals);
  return database_.finish();
}

SqliteStore::Totals SqliteStore::begin() {
  database_.start_over();
  sql_->begin.run();
  return totals();
}

SqliteStore::Totals SqliteStore::totals() {
  auto rows = sql_->totals();
  if (!rows.next()) return {};
  return {rows.number(0), rows.number(1), rows.number(2)};
}

void SqliteStore::commit(const Totals& totals) {
  sql_->save_totals.run({totals.rooms, totals.bytes, totals.forgotten});
  sql_->commit.run();
}

Appended SqliteStore::append(const Write& write, Totals& totals) {
  Room room = room_of(write.room, totals);
  if (!write.key.empty()) {
    auto rows = sql_->find_key({room.id, write.key});
    if (rows.next()) return {static_cast<std::uint64_t>(rows.number(0)), rows.number(1), false};
  }
  const auto bytes = static_cast<std::int64_t>(write.bytes());
  make_place(room, bytes, write.at, totals);
  const Value key = write.key.empty() ? Value(nullptr) : Value(write.key);
  sql_->insert.run({room.id, write.at, bytes, key, write.name, write.arguments});
  const std::int64_t id = database_.last_id();
  room.entries += 1;
  room.bytes += bytes;
  totals.bytes += bytes;
  save(room, id);
  bound_total(room, totals);
  return {static_cast<std::uint64_t>(id), write.at, true};
}

SqliteStore::Room SqliteStore::room_of(const std::string& name, Totals& totals) {
  if (const auto known = find(name)) return *known;
  sql_->add_room.run({name, totals.forgotten});
  totals.rooms += 1;
  return {.id = database_.last_id(), .dropped = totals.forgotten};
}

std::optional<SqliteStore::Room> SqliteStore::find(std::string_view name) {
  auto rows = sql_->find_room({name});
  if (!rows.next()) return std::nullopt;
  return Room{rows.number(0), rows.number(1), rows.number(2), rows.number(3)};
}

void SqliteStore::save(const Room& room, std::int64_t newest) {
  sql_->save_room.run({room.entries, room.bytes, room.dropped, newest, room.id});
}

void SqliteStore::make_place(Room& room, std::int64_t bytes, std::int64_t now, Totals& totals) {
  const auto most = static_cast<std::int64_t>(limits_.max_entries),
             most_bytes = static_cast<std::int64_t>(limits_.max_bytes);
  while (room.entries > 0 && (room.entries >= most || room.bytes + bytes > most_bytes))
    if (!drop_oldest(room, totals, INT64_MAX)) return;
  while (room.entries > 0 && drop_oldest(room, totals, horizon(now))) continue;
}

/// False if there is none that is older.
bool SqliteStore::drop_oldest(Room& room, Totals& totals, std::int64_t older_than) {
  std::int64_t id = 0, bytes = 0;
  {
    auto rows = sql_->oldest({room.id});
    if (!rows.next() || rows.number(1) >= older_than) return false;
    id = rows.number(0);
    bytes = rows.number(2);
  }
  sql_->drop.run({id});
  room.dropped = id;
  room.entries -= 1;
  room.bytes -= bytes;
  totals.bytes -= bytes;
  return !database_.failed();
}

/// The newest entry stays, whatever the limits are.
void SqliteStore::bound_total(Room newest, Totals& totals) {
  const auto most = static_cast<std::int64_t>(limits_.max_total_bytes);
  while (!database_.failed() && totals.rooms > 1 &&
         (totals.rooms > static_cast<std::int64_t>(limits_.max_rooms) || totals.bytes > most)) {
    Room oldest;
    std::int64_t its_newest = 0;
    {
      auto rows = sql_->oldest_room();
      if (!rows.next()) return;
      oldest = {rows.number(0), rows.number(1), rows.number(2), rows.number(3)};
      its_newest = rows.number(4);
    }
    forget(oldest, its_newest, totals);
  }
  bool dropped = false;
  while (totals.bytes > most && newest.entries > 1 && drop_oldest(newest, totals, INT64_MAX)) dropped = true;
  if (dropped) save(newest, 0);
}

void SqliteStore::forget(const Room& room, std::int64_t newest, Totals& totals) {
  sql_->drop_entries.run({room.id});
  sql_->drop_room.run({room.id});
  totals.rooms -= 1;
  totals.bytes -= room.bytes;
  totals.forgotten = std::max({totals.forgotten, newest, room.dropped});
}

Fault SqliteStore::clear(std::string_view name) {
  Totals all = begin();
  if (const auto known = find(name)) {
    std::int64_t newest = 0;
    {
      auto rows = sql_->room({known->id});
      if (rows.next()) newest = rows.number(4);
    }
    forget(*known, newest, all);
  }
  commit(all);
  return database_.finish();
}

Fault SqliteStore::expire(std::int64_t now) {
  Totals all = begin();
  std::vector<std::int64_t> ids;
  {
    auto rows = sql_->too_old_rooms({horizon(now), rooms_at_once});
    while (rows.next()) ids.push_back(rows.number(0));
  }
  for (const std::int64_t id : ids) {
    Room room;
    std::int64_t newest = 0;
    {
      auto rows = sql_->room({id});
      if (!rows.next()) continue;
      room = {rows.number(0), rows.number(1), rows.number(2), rows.number(3)};
      newest = rows.number(4);
    }
    while (room.entries > 0 && drop_oldest(room, all, horizon(now))) continue;
    if (room.entries == 0)
      forget(room, newest, all);
    else
      save(room, newest);
  }
  commit(all);
  return database_.finish();
}

/// What is older than that is too old.
std::int64_t SqliteStore::horizon(std::int64_t now) const noexcept {
  return limits_.max_age.count() > 0 ? now - std::chrono::milliseconds(limits_.max_age).count() : INT64_MIN;
}

// -- reading ----------------------------------------------------------------------------------------------------------

void SqliteStore::read(Statement& statement, std::initializer_list<Value> values, Page& page) {
  auto rows = statement(values);
  while (rows.next()) {
    const std::string_view arguments = rows.text(3);
    const auto valid = json::parse(arguments);
    if (!valid || !valid->is_array())  // it would be relayed as it is
      return database_.fail(Errc::corrupt, "entry " + std::to_string(rows.number(0)) + " is not a JSON array");
    Entry& entry = page.entries.emplace_back();
    entry.id = static_cast<std::uint64_t>(rows.number(0));
    entry.at = rows.number(1);
    entry.name = rows.text(2);
    entry.arguments = json::Text(std::string(arguments));
  }
}

Fault SqliteStore::last(std::string_view name, std::size_t entries, std::int64_t now, Page& page) {
  database_.start_over();
  sql_->read.run();
  if (const auto room = find(name)) {
    read(sql_->last, {room->id, horizon(now), number(entries)}, page);
    page.complete = page.entries.size() >= entries ||
                    (room->dropped == 0 && static_cast<std::int64_t>(page.entries.size()) == room->entries);
  } else {
    page.complete = totals().forgotten == 0;
  }
  sql_->commit.run();
  return database_.finish();
}

Fault SqliteStore::after(std::string_view name, std::uint64_t id, std::size_t entries, std::int64_t now, Page& page) {
  database_.start_over();
  sql_->read.run();
  // An id that was never given is one of another file: all of what it was counted behind is gone.
  std::int64_t newest = 0;
  {
    auto rows = sql_->newest();
    if (rows.next()) newest = rows.number(0);
  }
  const bool strange = id > static_cast<std::uint64_t>(newest);
  const std::int64_t from = strange ? 0 : static_cast<std::int64_t>(id);
  if (const auto room = find(name)) {
    read(sql_->after, {room->id, from, horizon(now), number(entries)}, page);
    auto too_old = sql_->too_old({room->id, from, horizon(now)});
    page.complete = !strange && from >= room->dropped && !too_old.next();
  } else {
    page.complete = !strange && from >= totals().forgotten;
  }
  sql_->commit.run();
  return database_.finish();
}

}  // namespace duplex::history
