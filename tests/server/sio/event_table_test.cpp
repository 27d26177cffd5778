// SPDX-License-Identifier: MIT
#include "server/sio/event_table.h"

#include <doctest/doctest.h>

using namespace duplex;

namespace {
std::shared_ptr<sio::Bound> handler() {
  return std::make_shared<sio::Bound>([](sio::Arrival&) { return sio::Refusal(); });
}
}  // namespace

TEST_CASE("an empty table of events finds nothing") {
  const sio::EventTable table;
  CHECK(table.find("") == nullptr);
  CHECK(table.find("say") == nullptr);
}

TEST_CASE("every event that was added is found, however many there are, and no other") {
  sio::EventTable table;
  std::vector<std::string> names;
  for (std::size_t length = 0; length < 40; ++length)
    for (char c = 'a'; c < 'f'; ++c) names.push_back(std::string(length, c));  // the empty name comes five times
  for (const std::string& name : names) table.add(name, handler());
  for (const std::string& name : names) {
    CAPTURE(name);
    const auto* const found = table.find(name);
    REQUIRE(found != nullptr);
    CHECK(found->size() == (name.empty() ? 5 : 1));
    CHECK(table.find(name + "!") == nullptr);
    CHECK(table.find(name + std::string(1, '\0')) == nullptr);
    if (!name.empty()) CHECK(table.find("z" + name.substr(1)) == nullptr);
  }
}

TEST_CASE("names that the hash cannot tell apart are told apart") {
  // Alike in their first, middle and last eight bytes.
  const std::string a = "12345678-a-12345678-b-12345678", b = "12345678-c-12345678-d-12345678";
  sio::EventTable table;
  const auto for_a = handler(), for_b = handler();
  table.add(a, for_a);
  table.add(b, for_b);
  REQUIRE(table.find(a) != nullptr);
  REQUIRE(table.find(b) != nullptr);
  CHECK(table.find(a)->front() == for_a);
  CHECK(table.find(b)->front() == for_b);
}

TEST_CASE("the handlers of one event stay in their order, also in a copy") {
  sio::EventTable table;
  const auto first = handler(), second = handler(), third = handler();
  table.add("say", first);
  table.add("draw", second);
  table.add("say", third);
  sio::EventTable copy = table;
  copy.add("more", handler());
  for (const sio::EventTable* each : {&table, &copy})
    CHECK(*each->find("say") == sio::EventTable::Handlers{first, third});
  CHECK(table.find("more") == nullptr);
}
