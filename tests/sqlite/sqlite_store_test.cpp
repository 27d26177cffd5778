// SPDX-License-Identifier: MIT
#include "sqlite/sqlite_store.h"

#include "support/history_store_contract.h"
#include "temporary_folder.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

history::Fault open(const std::string& file, history::SqliteOptions options = {}) {
  options.file = file;
  return history::sqlite(options)->open({});
}

/// Another program's connection to the file.
class Other {
 public:
  explicit Other(const std::string& file) { sqlite3_open(file.c_str(), &handle_); }
  ~Other() { sqlite3_close(handle_); }
  void run(const char* sql) { CHECK(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace

TEST_CASE("a store in a file") {
  TemporaryFolder folder;
  check_history_store([&] { return history::sqlite({.file = folder / "chat.db"}); });
}

TEST_CASE("what was kept is there when the file is opened again, and ids go on") {
  TemporaryFolder folder;
  const history::SqliteOptions options{.file = folder / "chat.db"};
  std::uint64_t one = 0;
  {
    StoreUnderTest store(history::sqlite(options), {});
    one = store.add("r", "one", "key").id;
    store.add("s", "two");
  }
  StoreUnderTest store(history::sqlite(options), {.max_entries = 2});
  CHECK(texts(store.last("r")) == "one");
  CHECK(texts(store.last("s")) == "two");
  CHECK(store.add("r", "one", "key").id == one);
  const auto three = store.add("r", "three");
  CHECK(three.id == one + 2);
  CHECK(texts(store.after("r", one)) == "three");
  store.add("r", "four");
  CHECK(texts(store.last("r")) == "three four");  // the limits are those of now
}

TEST_CASE("two processes may share a file") {
  TemporaryFolder folder;
  StoreUnderTest one(history::sqlite({.file = folder / "chat.db"}), {.max_entries = 3});
  StoreUnderTest two(history::sqlite({.file = folder / "chat.db"}), {.max_entries = 3});
  const auto first = one.add("r", "1");
  CHECK(two.add("r", "2").id == first.id + 1);
  one.add("r", "3");
  two.add("r", "4");
  CHECK(texts(one.last("r")) == "2 3 4");
  CHECK(texts(two.last("r")) == "2 3 4");
}

TEST_CASE("R12 a limit of the file's size: no confirmation, one clear line, and it works again once there is room") {
  TemporaryFolder folder;
  const std::string file = folder / "chat.db";
  StoreUnderTest store(history::sqlite({.file = file, .max_file_bytes = 200'000}),
                       {.max_age = std::chrono::seconds(60)});
  const std::string kilobyte(1'000, 'x');
  std::vector<history::Appended> kept;
  history::Fault fault;
  while (!fault && kept.size() < 1'000) {
    const history::Write write{"r", "", "said", "[\"" + kilobyte + "\"]", store.now};
    history::Appended one;
    fault = (*store).append({&write, 1}, {&one, 1});
    if (!fault) kept.push_back(one);
  }
  CHECK(kept.size() > 50);
  CHECK(fault.code == history::Errc::disk_full);
  CHECK(fault.text == file + ": database or disk is full; nothing is kept or confirmed until there is space again");
  const auto page = store.last("r", 1'000);
  REQUIRE(page.entries.size() == kept.size());  // all that was confirmed, and nothing else
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(page.entries[i].id == kept[i].id);
  store.now += 120'000;
  CHECK(!(*store).expire(store.now));
  store.add("r", "room again");
  CHECK(texts(store.last("r")) == "room again");
}

TEST_CASE("a batch that does not fit is not kept in part") {
  TemporaryFolder folder;
  StoreUnderTest store(history::sqlite({.file = folder / "chat.db", .max_file_bytes = 100'000}), {});
  store.add("r", "before");
  std::vector<history::Write> writes;
  for (int i = 0; i < 200; ++i) writes.push_back({"r", "", "said", "[\"" + std::string(1'000, 'x') + "\"]", store.now});
  std::vector<history::Appended> kept(writes.size());
  CHECK((*store).append(writes, kept).code == history::Errc::disk_full);
  CHECK(texts(store.last("r", 1'000)) == "before");
  store.add("r", "after");
  CHECK(texts(store.last("r", 1'000)) == "before after");
}

TEST_CASE("a file that is no database is named, with what to do, and left as it is") {
  TemporaryFolder folder;
  const std::string file = folder / "notes.txt";
  const std::string text =
      "these are my notes, they are longer than the header of a database would be: " + std::string(200, '.');
  write_file(file, text);
  const history::Fault fault = open(file);
  CHECK(fault.code == history::Errc::corrupt);
  CHECK(fault.text == file +
                          ": file is not a database; move it away and put a backup in its place, or start with a new "
                          "file (`sqlite3 FILE .recover` may save what is in it)");
  CHECK(read_file(file) == text);
}

TEST_CASE("a damaged file is refused when it is opened") {
  TemporaryFolder folder;
  const std::string file = folder / "chat.db";
  {
    StoreUnderTest store(history::sqlite({.file = file}), {});
    for (int i = 0; i < 500; ++i) store.add("r", std::string(500, 'x'));
  }
  std::string bytes = read_file(file);
  REQUIRE(bytes.size() > 50 * 4096);
  for (std::size_t at = 20 * 4096; at < 22 * 4096; ++at) bytes[at] = static_cast<char>(at * 7);
  write_file(file, bytes);
  const history::Fault fault = open(file);
  INFO(fault.text);
  CHECK(fault.code == history::Errc::corrupt);
  CHECK(fault.text.starts_with(file + ": it is damaged ("));
  CHECK(fault.text.find("move it away") != std::string::npos);
  CHECK(fault.text.find('\n') == std::string::npos);
}

TEST_CASE("a file that is damaged while it is in use is an error for whoever needs the damaged part") {
  TemporaryFolder folder;
  const std::string file = folder / "chat.db";
  StoreUnderTest store(history::sqlite({.file = file, .check = false}), {});
  store.add("good", "fine");
  Other other(file);
  store.add("bad", "fine, too");
  other.run("UPDATE entries SET arguments = '[\"fine' WHERE id = 2");
  history::Page page;
  const history::Fault fault = (*store).last("bad", 10, store.now, page);
  CHECK(fault.code == history::Errc::corrupt);
  CHECK(fault.text.starts_with(file + ": entry 2 is not a JSON array; "));
  CHECK(texts(store.last("good")) == "fine");
  store.add("good", "as well");
}

TEST_CASE("another program's database, and a newer Duplex's, are not touched") {
  TemporaryFolder folder;
  const std::string file = folder / "other.db";
  { Other(file).run("CREATE TABLE mine(a); INSERT INTO mine VALUES (1)"); }
  const std::string before = read_file(file);
  const history::Fault fault = open(file);
  CHECK(fault.code == history::Errc::foreign);
  CHECK(fault.text == file + ": it is a database of another program; choose another file");
  CHECK(read_file(file) == before);
  const std::string newer = folder / "newer.db";
  CHECK(!open(newer));
  { Other(newer).run("PRAGMA user_version = 2"); }
  CHECK(open(newer).text ==
        newer + ": it was written by a newer Duplex (schema 2; this one knows 1); choose another file");
}

TEST_CASE("a file that another process holds is an error after the time that was given, and not for ever") {
  TemporaryFolder folder;
  const std::string file = folder / "chat.db";
  StoreUnderTest store(history::sqlite({.file = file, .busy_timeout = std::chrono::milliseconds(20)}), {});
  store.add("r", "one");
  Other other(file);
  other.run("BEGIN IMMEDIATE");
  const history::Write write{"r", "", "n", "[]", store.now};
  history::Appended kept;
  const history::Fault fault = (*store).append({&write, 1}, {&kept, 1});
  CHECK(fault.code == history::Errc::locked);
  CHECK(fault.text == file + ": database is locked; another process holds it: end that one, or choose another file");
  CHECK(texts(store.last("r")) == "one");  // reading goes on
  CHECK(open(file, {.busy_timeout = std::chrono::milliseconds(20)}).code == history::Errc::locked);
  other.run("ROLLBACK");
  store.add("r", "two");
  CHECK(texts(store.last("r")) == "one two");
}

TEST_CASE("a folder that is not there, and one that is a file, are named") {
  TemporaryFolder folder;
  for (const std::string& file : {folder / "no/such/chat.db", std::string("/dev/null/chat.db")}) {
    const history::Fault fault = open(file);
    INFO(fault.text);
    CHECK(fault.code == history::Errc::not_writable);
    CHECK(fault.text.starts_with(file + ": unable to open database file"));
    CHECK(
        fault.text.ends_with("; check that it and its folder exist and belong to this user, and that the file system "
                             "can be written"));
  }
}
