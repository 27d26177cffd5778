// SPDX-License-Identifier: MIT
// Histories in files, in processes of their own: what is killed, limited, or not allowed. Such a process is this
// program, run for one test case that is skipped otherwise.
#include <doctest/doctest.h>
#include <duplex/history.h>
#include <duplex/history_sqlite.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <vector>

#include "temporary_folder.h"

extern char** environ;  // NOLINT: POSIX

using namespace duplex;
using namespace duplex::testing;

namespace {

/// This program, running one test case with its standard output in our hands.
class Process {
 public:
  Process(const char* test_case, const std::string& file) {
    ::setenv("DUPLEX_TEST_FILE", file.c_str(), 1);
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const std::string which = std::string("-tc=") + test_case;
    const char* const arguments[] = {"sqlite_tests", which.c_str(), "--no-skip", nullptr};
    char* words[4] = {};
    for (std::size_t i = 0; i < 3; ++i) words[i] = const_cast<char*>(arguments[i]);
    REQUIRE(::posix_spawn(&id_, "/proc/self/exe", &actions, nullptr, words, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Process() {
    kill();
    if (output_ != nullptr) std::fclose(output_);
  }
  /// The next line that it wrote; empty at the end.
  std::string line() {
    char text[4096];
    return std::fgets(text, sizeof text, output_) == nullptr ? std::string() : std::string(text);
  }
  std::string rest() {
    std::string all;
    for (std::string next = line(); !next.empty(); next = line()) all += next;
    return all;
  }
  void kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait();
  }
  int wait() {
    int status = -1;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    return status;
  }

 private:
  pid_t id_ = -1;
  std::FILE* output_ = nullptr;
};

std::string file_of_parent() {
  const char* const file = std::getenv("DUPLEX_TEST_FILE");
  return file == nullptr ? std::string() : std::string(file);
}

/// Asks, and waits for the answer.
template <class T>
Result<T> answer(history::Later<T> later) {
  std::mutex mutex;
  std::condition_variable moved;
  std::optional<Result<T>> result;
  later.then([&](Result<T> it) {
    const std::lock_guard lock(mutex);
    result.emplace(std::move(it));
    moved.notify_one();
  });
  std::unique_lock lock(mutex);
  moved.wait(lock, [&] { return result.has_value(); });
  return std::move(*result);
}

}  // namespace

TEST_CASE("child: appends for ever, and says what was confirmed" * doctest::skip()) {
  History history({.limits = {.max_entries = 1'000'000, .max_bytes = 1 << 30}},
                  history::sqlite({.file = file_of_parent()}));
  REQUIRE(history.open());
  std::mutex mutex;
  std::condition_variable moved;
  int outstanding = 0;
  for (int i = 0;; ++i) {
    std::unique_lock lock(mutex);
    moved.wait(lock, [&] { return outstanding < 20; });
    ++outstanding;
    lock.unlock();
    history.append("r", "n", i).then([&, i](Result<history::Appended> kept) {
      if (!kept) ::_exit(3);
      const std::string line = "kept " + std::to_string(i) + ' ' + std::to_string(kept->id) + '\n';
      if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(4);
      const std::lock_guard guard(mutex);
      --outstanding;
      moved.notify_one();
    });
  }
}

TEST_CASE(
    "a process that is killed in the middle of its writing loses nothing that it confirmed, and keeps nothing twice") {
  TemporaryFolder folder;
  const std::string file = folder / "chat.db";
  std::vector<std::pair<int, std::uint64_t>> confirmed;
  const auto note = [&](const std::string& line) {
    int number = 0;
    unsigned long long id = 0;
    if (line.ends_with('\n') && std::sscanf(line.c_str(), "kept %d %llu", &number, &id) == 2)
      confirmed.emplace_back(number, id);
  };
  constexpr int rounds = 3;
  std::size_t before = 0;
  for (int round = 0; round < rounds; ++round) {
    Process child("child: appends for ever*", file);
    for (std::size_t had = confirmed.size(); confirmed.size() < had + 150;) {
      const std::string line = child.line();
      REQUIRE(!line.empty());
      note(line);
    }
    child.kill();
    for (std::string line = child.line(); !line.empty(); line = child.line()) note(line);  // what was on its way

    History history({.limits = {.max_entries = 1'000'000, .max_bytes = 1 << 30}}, history::sqlite({.file = file}));
    const bool opened = history.open().has_value();
    INFO(history.open_error());
    REQUIRE(opened);
    const Result<history::Page> page = answer(history.after("r", 0, 1'000'000));
    REQUIRE(page);
    CHECK(page->entries.size() >= confirmed.size());
    CHECK(page->entries.size() <= confirmed.size() + 20 * (static_cast<std::size_t>(round) + 1));
    for (const auto& [number, id] : confirmed) {
      const auto found = std::find_if(page->entries.begin(), page->entries.end(),
                                      [id = id](const history::Entry& each) { return each.id == id; });
      REQUIRE(found != page->entries.end());
      CHECK(found->value().as<int>().value_or(-1) == number);
    }
    // In the order in which they were asked for, from the first one on, without a gap or a double.
    for (std::size_t i = before; i < page->entries.size(); ++i)
      CHECK(page->entries[i].value().as<int>().value_or(-1) == static_cast<int>(i - before));
    before = page->entries.size();
  }
}

TEST_CASE("child: fills its disk" * doctest::skip()) {
  std::vector<std::string> log;
  History history({.limits = {.max_entries = 1'000'000, .max_bytes = 1 << 30},
                   .log = [&](const LogRecord& line) { log.emplace_back(line.text); }},
                  history::sqlite({.file = file_of_parent()}));
  REQUIRE(history.open());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{600'000, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string text(5'000, 'x');
  std::size_t kept = 0, full = 0;
  for (int i = 0; i < 500 && full < 20; ++i) {
    const Result<history::Appended> result = answer(history.append("r", "n", text));
    kept += result.has_value();
    if (!result) {
      CHECK(result.error() == history::Errc::disk_full);
      ++full;
    }
  }
  CHECK(kept > 10);
  CHECK(full == 20);
  CHECK(answer(history.after("r", 0, 1'000'000))->entries.size() == kept);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(answer(history.append("r", "n", text)));
  CHECK(answer(history.after("r", 0, 1'000'000))->entries.size() == kept + 1);
  REQUIRE(log.size() == 2);
  CHECK(log[0] == file_of_parent() +
                      ": disk I/O error (File too large); nothing is kept or confirmed until there is space again");
  CHECK(log[0].find("nothing is kept or confirmed until there is space again") != std::string::npos);
  CHECK(log[1] == "works again; meanwhile 20 operations were answered with an error");
}

TEST_CASE(
    "R12 the system refuses to make the file any larger: errors while it does, no signal ends the process, and it "
    "recovers") {
  TemporaryFolder folder;
  Process child("child: fills its disk*", folder / "chat.db");
  INFO(child.rest());
  CHECK(child.wait() == 0);
}

TEST_CASE("child: may not write" * doctest::skip()) {
  constexpr uid_t nobody = 65'534;
  if (::geteuid() == 0) REQUIRE(::setuid(nobody) == 0);
  History history({}, history::sqlite({.file = file_of_parent()}));
  const Result<void> opened = history.open();
  INFO(history.open_error());
  CHECK(opened.error() == history::Errc::not_writable);
  CHECK(history.open_error().find("check that it and its folder exist and belong to this user") != std::string::npos);
}

TEST_CASE("a folder that may only be read, and a file that may only be read, are refused when they are opened") {
  namespace fs = std::filesystem;
  TemporaryFolder folder;
  const std::string file = folder / "chat.db";
  { CHECK(History({}, history::sqlite({.file = file})).open()); }
  fs::permissions(file, fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0555));
  {
    Process child("child: may not write*", file);
    INFO(child.rest());
    CHECK(child.wait() == 0);
  }
  {
    Process child("child: may not write*", folder / "new.db");
    INFO(child.rest());
    CHECK(child.wait() == 0);
  }
  fs::permissions(file, fs::perms(0666));  // the folder is what must hold the write-ahead log
  {
    Process child("child: may not write*", file);
    INFO(child.rest());
    CHECK(child.wait() == 0);
  }
  fs::permissions(folder.path(), fs::perms(0755));
}
