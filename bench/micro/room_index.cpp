// SPDX-License-Identifier: MIT
#include "core/room_index.h"

#include "samples.h"

namespace duplex::bench {
namespace {

void room_join_and_leave(benchmark::State& state) {
  RoomIndex index;
  std::vector<RoomMember> others(static_cast<std::size_t>(state.range(0)));
  for (RoomMember& other : others) index.join(other, "lobby");
  RoomMember member;
  for (auto _ : state) {
    index.join(member, "lobby");
    index.leave(member, "lobby");
  }
}
BENCHMARK(room_join_and_leave)->ArgsProduct({{1, 10'000}});

void room_find(benchmark::State& state) {
  RoomIndex index;
  std::vector<RoomMember> members(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (RoomMember& member : members) index.join(member, "room-" + std::to_string(i++));
  for (auto _ : state) benchmark::DoNotOptimize(index.find("room-0"));
}
BENCHMARK(room_find)->ArgsProduct({{1, 10'000}});

}  // namespace
}  // namespace duplex::bench
