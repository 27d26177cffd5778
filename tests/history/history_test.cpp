// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/history.h>
#include <duplex/task.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "history/memory_store.h"
#include "net/memory_backend.h"
#include "net/reactor.h"

using namespace duplex;

namespace {

/// A loop that takes its turns when it is told to.
struct TestLoop {
  TestLoop() {
    auto made = std::make_unique<net::MemoryBackend>();
    backend = made.get();
    reactor.emplace(std::move(made));
  }
  /// Runs `fn` on the loop, and the loop until it has nothing to do.
  template <class F>
  void run(F&& fn) {
    reactor->post(std::forward<F>(fn));
    net::MemoryLoop::run(*backend, *reactor);
  }
  void run() { net::MemoryLoop::run(*backend, *reactor); }
  net::MemoryBackend* backend;
  std::optional<net::Reactor> reactor;
};

/// A store that waits until it may go on, and fails if it is told to.
class Gated final : public history::Store {
 public:
  struct Control {
    std::mutex mutex;
    std::condition_variable moved;
    bool open = true;
    history::Errc fails = history::Errc::ok;
    std::vector<std::size_t> batches;
    std::thread::id thread;

    void set(bool is_open) {
      const std::lock_guard lock(mutex);
      open = is_open;
      moved.notify_all();
    }
    void fail(history::Errc why) {
      const std::lock_guard lock(mutex);
      fails = why;
    }
  };
  explicit Gated(std::shared_ptr<Control> control) : control_(std::move(control)) {}
  bool blocks() const noexcept override { return true; }
  history::Fault open(const history::Limits& limits) override { return pass(0) ? fault() : in_memory_.open(limits); }
  history::Fault append(std::span<const history::Write> writes, std::span<history::Appended> kept) override {
    return pass(writes.size()) ? fault() : in_memory_.append(writes, kept);
  }
  history::Fault last(std::string_view room, std::size_t n, std::int64_t now, history::Page& page) override {
    return in_memory_.last(room, n, now, page);
  }
  history::Fault after(std::string_view room, std::uint64_t id, std::size_t n, std::int64_t now,
                       history::Page& page) override {
    return in_memory_.after(room, id, n, now, page);
  }
  history::Fault clear(std::string_view room) override { return in_memory_.clear(room); }
  history::Fault expire(std::int64_t) override { return {}; }

 private:
  bool pass(std::size_t writes) {
    std::unique_lock lock(control_->mutex);
    if (writes > 0) control_->batches.push_back(writes);
    control_->thread = std::this_thread::get_id();
    control_->moved.notify_all();
    control_->moved.wait(lock, [this] { return control_->open; });
    return control_->fails != history::Errc::ok;
  }
  history::Fault fault() { return {make_error_code(control_->fails), "the gate is stuck; oil it"}; }
  std::shared_ptr<Control> control_;
  history::MemoryStore in_memory_;
};

/// Waits until so many answers have come, from whatever thread.
class Count {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    moved_.notify_all();
  }
  bool reaches(int n) {
    std::unique_lock lock(mutex_);
    return moved_.wait_for(lock, std::chrono::seconds(20), [&] { return count_ >= n; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("an event is kept with its values, and read on the loop that asks, never before the call returns") {
  History history;
  TestLoop loop;
  std::vector<std::string> order;
  history::Page page;
  std::uint64_t id = 0;
  loop.run([&] {
    history.append("r", "said", "hi", 42, json::object("a", 1)).then([&](Result<history::Appended> kept) {
      REQUIRE(kept);
      id = kept->id;
      CHECK(kept->at > 1'600'000'000'000);
      CHECK(net::Reactor::current() == &*loop.reactor);
      order.emplace_back("told");
    });
    order.emplace_back("returned");
    history.last("r").then([&](Result<history::Page> read) { page = std::move(*read); });
  });
  CHECK(order == std::vector<std::string>{"returned", "told"});
  REQUIRE(page.entries.size() == 1);
  CHECK(json::text_of(page.entries[0]).text() == "{\"id\":" + std::to_string(id) + R"(,"at":)" +
                                                     std::to_string(page.entries[0].at) +
                                                     R"(,"name":"said","arguments":["hi",42,{"a":1}]})");
  CHECK(page.entries[0].value() == "hi");
}

TEST_CASE("a coroutine awaits what a history answers") {
  History history;
  TestLoop loop;
  std::string read;
  const auto handler = [&]() -> Task<std::string> {
    const Result<history::Appended> one = co_await history.append("r", "n", 1);
    const Result<history::Appended> again = co_await history.append_once("r", "k", "n", 2);
    const Result<history::Appended> once = co_await history.append_once("r", "k", "n", 2);
    const Result<history::Page> page = co_await history.after("r", one->id);
    co_return std::to_string(page->entries.size()) + (again->id == once->id && !once->fresh ? " once" : " twice");
  };
  loop.run([&] { when_done(handler(), [&](std::string result) { read = std::move(result); }); });
  CHECK(read == "1 once");
}

TEST_CASE("what nobody asks about is done all the same; a room can be cleared") {
  History history;
  { const auto dropped = history.append("r", "n", 1); }
  std::size_t entries = 9;
  const auto look = [&] {
    history.last("r").then([&](Result<history::Page> page) { entries = page->entries.size(); });
  };
  look();  // by no loop's thread: at once
  CHECK(entries == 1);
  bool cleared = false;
  history.clear("r").then([&](Result<void> result) { cleared = result.has_value(); });
  CHECK(cleared);
  look();
  CHECK(entries == 0);
  CHECK(history.stats().appended == 1);
}

TEST_CASE("an entry that is too large is refused by name, the next one is kept") {
  History history({.limits = {.max_entry = 100}});
  std::error_code error;
  history.append("r", "n", std::string(100, 'x')).then([&](Result<history::Appended> kept) { error = kept.error(); });
  CHECK(error == history::Errc::too_large);
  CHECK(error.message() == "the entry is too large to be kept");
  CHECK(std::string(error.category().name()) == "history");
  bool kept = false;
  history.append("r", "n", "x").then([&](Result<history::Appended> result) { kept = result.has_value(); });
  CHECK(kept);
  CHECK(history.stats().failed == 1);
}

TEST_CASE("a store that blocks works on a thread of its own, and what has queued is committed together") {
  const auto control = std::make_shared<Gated::Control>();
  History history({}, std::make_unique<Gated>(control));
  REQUIRE(history.open());
  control->set(false);
  Count answered;
  std::atomic<int> failed{0};
  std::vector<std::uint64_t> ids;  // of one thread's answers: the history's own
  const auto append = [&] {
    history.append("r", "n", 1).then([&](Result<history::Appended> kept) {
      if (kept)
        ids.push_back(kept->id);
      else
        ++failed;
      answered.add();
    });
  };
  append();
  {
    std::unique_lock lock(control->mutex);
    CHECK(control->moved.wait_for(lock, std::chrono::seconds(20), [&] { return control->batches.size() == 1; }));
    CHECK(control->thread != std::this_thread::get_id());
  }
  for (int i = 0; i < 50; ++i) append();
  CHECK(history.stats().waiting == 51);
  CHECK(ids.empty());  // nothing is confirmed while the disk is at work
  control->set(true);
  CHECK(answered.reaches(51));
  CHECK(control->batches == std::vector<std::size_t>{1, 50});
  CHECK(failed == 0);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK(history.stats().commits == 2);
}

TEST_CASE("no confirmation is false: a commit that fails is an error for all of it, and the log says so once") {
  const auto control = std::make_shared<Gated::Control>();
  std::vector<std::string> log;
  History history({.log = [&](const LogRecord& line) { log.emplace_back(line.text); }},
                  std::make_unique<Gated>(control));
  REQUIRE(history.open());
  Count answered;
  std::atomic<int> kept{0}, full{0};
  int asked = 0;
  const auto append = [&](int times) {
    for (int i = 0; i < times; ++i)
      history.append("r", "n", i).then([&](Result<history::Appended> result) {
        if (result)
          ++kept;
        else if (result.error() == history::Errc::disk_full)
          ++full;
        answered.add();
      });
    asked += times;
    CHECK(answered.reaches(asked));
  };
  append(3);
  control->fail(history::Errc::disk_full);
  append(5);
  append(5);
  CHECK(kept == 3);
  CHECK(full == 10);
  std::size_t there = 0;
  history.last("r").then([&](Result<history::Page> page) {  // reading goes on
    there = page->entries.size();
    answered.add();
  });
  CHECK(answered.reaches(++asked));
  CHECK(there == 3);
  control->fail(history::Errc::ok);
  append(1);
  CHECK(kept == 4);
  CHECK(log == std::vector<std::string>{"the gate is stuck; oil it",
                                        "works again; meanwhile 10 operations were answered with an error"});
}

TEST_CASE("what may wait for a store is bounded") {
  const auto control = std::make_shared<Gated::Control>();
  History history({.max_waiting = 10, .max_waiting_bytes = 1'000'000}, std::make_unique<Gated>(control));
  REQUIRE(history.open());
  control->set(false);
  Count answered;
  std::atomic<int> overloaded{0};
  const auto append = [&](const std::string& text) {
    history.append("r", "n", text).then([&](Result<history::Appended> result) {
      overloaded += result.error() == history::Errc::overloaded;
      answered.add();
    });
  };
  append("first");
  {
    std::unique_lock lock(control->mutex);
    CHECK(control->moved.wait_for(lock, std::chrono::seconds(20), [&] { return control->batches.size() == 1; }));
  }
  for (int i = 0; i < 12; ++i) append("x");
  CHECK(overloaded == 2);
  control->set(true);
  CHECK(answered.reaches(13));
  control->set(false);
  for (int i = 0; i < 20; ++i) append(std::string(60'000, 'x'));
  CHECK(overloaded > 2);
  control->set(true);
  CHECK(answered.reaches(33));
}

TEST_CASE("a store that cannot be opened says why, and everything is answered with an error") {
  const auto control = std::make_shared<Gated::Control>();
  control->fail(history::Errc::corrupt);
  History history({}, std::make_unique<Gated>(control));
  const Result<void> opened = history.open();
  CHECK(opened.error() == history::Errc::corrupt);
  CHECK(history.open_error() == "the gate is stuck; oil it");
  std::error_code error;
  history.append("r", "n").then([&](Result<history::Appended> result) { error = result.error(); });
  CHECK(error == history::Errc::closed);
}

TEST_CASE("a history that ends finishes what waits; a loop that has ended hears nothing") {
  const auto control = std::make_shared<Gated::Control>();
  int told = 0;
  auto held = std::make_shared<int>(0);
  {
    TestLoop loop;
    History history({}, std::make_unique<Gated>(control));
    REQUIRE(history.open());
    control->set(false);
    loop.run([&] {
      for (int i = 0; i < 20; ++i)
        history.append("r", "n", i).then([&told, held](Result<history::Appended>) { ++told; });
    });
    loop.reactor.reset();
    control->set(true);
  }
  CHECK(told == 0);
  CHECK(held.use_count() == 1);  // what was to be called is gone, too
  std::size_t together = 0;
  for (const std::size_t batch : control->batches) together += batch;
  CHECK(together == 20);
}

TEST_CASE(
    "what throws when it is answered is a line in the log, on a loop and on any other thread; the history goes on") {
  std::vector<std::string> log;
  History history({.log = [&](const LogRecord& line) { log.emplace_back(line.text); }});
  history.append("r", "n").then([](Result<history::Appended>) { throw std::runtime_error("no"); });
  CHECK(log == std::vector<std::string>{"a handler of an answer threw: no"});
  TestLoop loop;
  bool told = false;
  loop.run([&] {
    history.append("r", "n").then([](Result<history::Appended>) { throw 7; });
    history.append("r", "n").then([&](Result<history::Appended>) { told = true; });
  });
  CHECK(told);
}

TEST_CASE("many threads append and read at once") {
  for (const bool blocks : {false, true}) {
    const auto control = std::make_shared<Gated::Control>();
    std::unique_ptr<history::Store> store;
    if (blocks) store = std::make_unique<Gated>(control);
    History history({.limits = {.max_entries = 10'000}}, std::move(store));
    REQUIRE(history.open());
    Count answered;
    std::atomic<int> kept{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          history.append("r", "n", i).then([&](Result<history::Appended> result) {
            kept += result.has_value();
            answered.add();
          });
          history.last("r", 5).then([&](Result<history::Page>) { answered.add(); });
          (void)history.stats();
        }
      });
    for (std::thread& each : threads) each.join();
    CHECK(answered.reaches(1'600));
    CHECK(kept == 800);
  }
}
