// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>
#include <duplex/history_store.h>

#include <memory>
#include <string>
#include <vector>

// What every store of histories does, wherever it keeps them: `make()` gives an empty one that is not open yet.
namespace duplex::testing {

class StoreUnderTest {
 public:
  StoreUnderTest(std::unique_ptr<history::Store> store, const history::Limits& limits) : store_(std::move(store)) {
    const history::Fault fault = store_->open(limits);
    INFO(fault.text);
    REQUIRE(!fault);
  }
  history::Store& operator*() noexcept { return *store_; }

  history::Appended add(std::string_view room, std::string_view text, std::string_view key = {}) {
    const history::Write write{std::string(room), std::string(key), "said", "[\"" + std::string(text) + "\"]", now};
    history::Appended kept;
    const history::Fault fault = store_->append({&write, 1}, {&kept, 1});
    INFO(fault.text);
    CHECK(!fault);
    return kept;
  }
  history::Page last(std::string_view room, std::size_t entries = 100) {
    history::Page page;
    CHECK(!store_->last(room, entries, now, page));
    return page;
  }
  history::Page after(std::string_view room, std::uint64_t id, std::size_t entries = 100) {
    history::Page page;
    CHECK(!store_->after(room, id, entries, now, page));
    return page;
  }
  std::int64_t now = 1'000'000'000'000;

 private:
  std::unique_ptr<history::Store> store_;
};

/// The first arguments, in a row.
inline std::string texts(const history::Page& page) {
  std::string all;
  for (const history::Entry& entry : page.entries)
    all += (all.empty() ? "" : " ") + entry.value().as<std::string>().value_or(std::string("?"));
  return all;
}

template <class Make>
void check_history_store(Make make) {
  SUBCASE("what is appended is read in order, room by room, with ids that grow") {
    StoreUnderTest store(make(), {});
    const auto one = store.add("a", "one");
    store.now += 5;
    const auto two = store.add("b", "two");
    const auto three = store.add("a", "three");
    CHECK(one.id < two.id);
    CHECK(two.id < three.id);
    CHECK(three.at == one.at + 5);
    const auto page = store.last("a");
    CHECK(texts(page) == "one three");
    CHECK(page.complete);
    CHECK(page.entries[0].id == one.id);
    CHECK(page.entries[1].at == three.at);
    CHECK(page.entries[0].name == "said");
    CHECK(page.entries[0].arguments.text() == R"(["one"])");
    CHECK(texts(store.last("b")) == "two");
    CHECK(texts(store.last("a", 1)) == "three");
    CHECK(texts(store.after("a", one.id)) == "three");
    CHECK(texts(store.after("a", two.id)) == "three");
    CHECK(texts(store.after("a", three.id)) == "");
    CHECK(texts(store.after("a", 0, 1)) == "one");
    CHECK(store.last("nobody").entries.empty());
    CHECK(store.last("nobody").complete);
  }
  SUBCASE("many at once are all there, in order") {
    StoreUnderTest store(make(), {});
    std::vector<history::Write> writes;
    for (int i = 0; i < 300; ++i) writes.push_back({"r", {}, "n", "[" + std::to_string(i) + "]", store.now});
    std::vector<history::Appended> kept(writes.size());
    CHECK(!(*store).append(writes, kept));
    const auto page = store.last("r", 1000);
    REQUIRE(page.entries.size() == 300);
    for (std::size_t i = 0; i < 300; ++i) {
      CHECK(page.entries[i].id == kept[i].id);
      CHECK(page.entries[i].arguments.text() == "[" + std::to_string(i) + "]");
    }
  }
  SUBCASE("names and texts are any bytes") {
    StoreUnderTest store(make(), {});
    const std::string room("null \0 byte, \xff and '\"", 22);
    store.add(room, "héllo 👋");
    store.add("", "no name");
    CHECK(texts(store.last(room)) == "héllo 👋");
    CHECK(texts(store.last("")) == "no name");
    CHECK(store.last("null ").entries.empty());
  }
  SUBCASE("a room keeps so many entries, and says when something is missing") {
    StoreUnderTest store(make(), {.max_entries = 3});
    std::vector<std::uint64_t> ids;
    for (const char* text : {"1", "2", "3", "4", "5"}) ids.push_back(store.add("r", text).id);
    CHECK(texts(store.last("r")) == "3 4 5");
    CHECK(!store.last("r").complete);
    CHECK(store.last("r", 3).complete);
    CHECK(!store.after("r", ids[0]).complete);
    CHECK(store.after("r", ids[1]).complete);
    CHECK(texts(store.after("r", ids[1])) == "3 4 5");
    CHECK(!store.after("r", 0).complete);
  }
  SUBCASE("a room keeps so many bytes, names and keys included, and its newest entry always") {
    StoreUnderTest store(make(), {.max_bytes = 100});
    for (const char* text : {"aaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbb", "cccccccccccccccccccccccccc"})
      store.add("r", text);  // 34 bytes each: the event's name is "said"
    CHECK(store.last("r").entries.size() == 2);
    store.add("r", "d");
    CHECK(store.last("r").entries.size() == 3);
    store.add("r", std::string(200, 'e'));
    CHECK(texts(store.last("r")) == std::string(200, 'e'));
  }
  SUBCASE("an entry is kept so long") {
    StoreUnderTest store(make(), {.max_age = std::chrono::seconds(60)});
    const auto old = store.add("r", "old");
    store.now += 30'000;
    store.add("r", "young");
    store.now += 31'000;
    CHECK(texts(store.last("r")) == "young");
    CHECK(!store.last("r").complete);
    CHECK(!store.after("r", 0).complete);
    CHECK(store.after("r", old.id).complete);
    CHECK(!(*store).expire(store.now));
    CHECK(texts(store.last("r")) == "young");
    store.now += 60'000;
    CHECK(!(*store).expire(store.now));
    CHECK(store.last("r").entries.empty());
    CHECK(!store.last("r").complete);
    CHECK(!store.after("r", old.id).complete);
    CHECK(store.add("r", "new").id > old.id + 1);
  }
  SUBCASE("without an age nothing is too old") {
    StoreUnderTest store(make(), {.max_age = std::chrono::seconds(0)});
    store.add("r", "old");
    store.now += 1'000'000'000'000;
    CHECK(!(*store).expire(store.now));
    CHECK(texts(store.last("r")) == "old");
  }
  SUBCASE("of too many rooms those go that were written to longest ago") {
    StoreUnderTest store(make(), {.max_rooms = 2});
    store.add("a", "1");
    const auto two = store.add("b", "2");
    store.add("a", "3");
    store.add("c", "4");
    CHECK(texts(store.last("a")) == "1 3");
    CHECK(store.last("b").entries.empty());
    CHECK(!store.last("b").complete);
    CHECK(!store.after("b", two.id - 1).complete);
    CHECK(store.after("b", two.id).complete);
    CHECK(texts(store.last("c")) == "4");
  }
  SUBCASE("all rooms together keep so many bytes") {
    StoreUnderTest store(make(), {.max_total_bytes = 300});
    for (int i = 0; i < 8; ++i) store.add("room " + std::to_string(i), std::string(92, 'x'));  // 100 bytes
    CHECK(store.last("room 4").entries.empty());
    CHECK(store.last("room 5").entries.size() == 1);
    CHECK(store.last("room 7").entries.size() == 1);
    for (int i = 0; i < 8; ++i) store.add("room 7", std::string(92, 'x'));
    CHECK(store.last("room 5").entries.empty());
    CHECK(store.last("room 7").entries.size() == 3);
  }
  SUBCASE("what comes again under its key is there once, as long as it is there") {
    StoreUnderTest store(make(), {.max_entries = 2});
    const auto first = store.add("r", "once", "key");
    CHECK(first.fresh);
    store.now += 7;
    const auto again = store.add("r", "once", "key");
    CHECK(!again.fresh);
    CHECK(again.id == first.id);
    CHECK(again.at == first.at);
    CHECK(texts(store.last("r")) == "once");
    CHECK(store.add("another", "once", "key").fresh);
    CHECK(store.add("r", "without").fresh);
    CHECK(store.add("r", "without").fresh);
    CHECK(store.add("r", "once", "key").fresh);
  }
  SUBCASE("two of one key in one batch are one") {
    StoreUnderTest store(make(), {});
    const std::vector<history::Write> writes{{"r", "k", "n", "[1]", store.now}, {"r", "k", "n", "[1]", store.now}};
    std::vector<history::Appended> kept(2);
    CHECK(!(*store).append(writes, kept));
    CHECK(kept[0].fresh);
    CHECK(!kept[1].fresh);
    CHECK(kept[0].id == kept[1].id);
  }
  SUBCASE("a room that is cleared is empty, and what comes behind it has new ids") {
    StoreUnderTest store(make(), {});
    const auto one = store.add("r", "one", "key");
    store.add("s", "other");
    CHECK(!(*store).clear("r"));
    CHECK(!(*store).clear("nobody"));
    CHECK(store.last("r").entries.empty());
    CHECK(texts(store.last("s")) == "other");
    const auto two = store.add("r", "two", "key");
    CHECK(two.fresh);
    CHECK(two.id > one.id);
    CHECK(!store.after("r", one.id - 1).complete);
  }
  SUBCASE("an id that was never given is answered with everything, as incomplete") {
    StoreUnderTest store(make(), {});
    const auto one = store.add("r", "one");
    const auto page = store.after("r", one.id + 1'000);
    CHECK(texts(page) == "one");
    CHECK(!page.complete);
    CHECK(!store.after("nobody", UINT64_MAX).complete);
  }
}

}  // namespace duplex::testing
