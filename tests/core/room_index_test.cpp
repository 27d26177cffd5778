// SPDX-License-Identifier: MIT
#include "core/room_index.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace duplex;

TEST_CASE("a member is in the rooms it joined, once each") {
  RoomIndex index;
  RoomMember member;
  CHECK(index.join(member, "a"));
  CHECK_FALSE(index.join(member, "a"));
  CHECK(index.join(member, "b"));
  std::vector<std::string> names;
  member.each_room([&](Room& room) { names.push_back(room.name()); });
  CHECK(names == std::vector<std::string>{"a", "b"});
  CHECK(index.find("a")->members().size() == 1);
}

TEST_CASE("a room that nobody is in is gone") {
  RoomIndex index;
  RoomMember one, two;
  index.join(one, "a");
  index.join(two, "a");
  CHECK(index.leave(one, "a"));
  CHECK_FALSE(index.leave(one, "a"));
  CHECK(index.find("a")->members() == std::vector<RoomMember*>{&two});
  CHECK(index.leave(two, "a"));
  CHECK(index.find("a") == nullptr);
  CHECK(index.rooms() == 0);
}

TEST_CASE("a member that is destroyed has left its rooms") {
  RoomIndex index;
  RoomMember stays;
  index.join(stays, "a");
  {
    RoomMember goes;
    index.join(goes, "a");
    index.join(goes, "b");
    CHECK(index.rooms() == 2);
  }
  CHECK(index.rooms() == 1);
  CHECK(index.find("a")->members() == std::vector<RoomMember*>{&stays});
}

TEST_CASE("S21: after 100,000 joins and leaves, in any order, nothing is left") {
  RoomIndex index;
  std::vector<RoomMember> members(100);
  for (int i = 0; i < 100'000; ++i)
    index.join(members[static_cast<std::size_t>(i) % 100], "room " + std::to_string(i / 10));
  CHECK(index.rooms() == 10'000);
  for (int i = 0; i < 100'000; i += 3)
    index.leave(members[static_cast<std::size_t>(i) % 100], "room " + std::to_string(i / 10));
  for (auto& member : members) member.leave_all();
  CHECK(index.rooms() == 0);
  CHECK(std::all_of(members.begin(), members.end(), [](const RoomMember& m) { return m.room_count() == 0; }));
}
