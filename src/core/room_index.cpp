// SPDX-License-Identifier: MIT
#include "core/room_index.h"

namespace duplex {

RoomIndex::RoomIndex() = default;
RoomIndex::~RoomIndex() {
  for (auto& [name, room] : rooms_)
    for (RoomMember* member : room->members_) {
      member->memberships_.clear();
      member->index_ = nullptr;
    }
}

bool RoomIndex::join(RoomMember& member, std::string_view name) {
  Room* room = find(name);
  if (room == nullptr) {
    std::unique_ptr<Room> fresh(new Room(name));
    room = fresh.get();
    rooms_.emplace(std::string_view(room->name_), std::move(fresh));
  }
  const Place place{static_cast<std::uint32_t>(room->members_.size()),
                    static_cast<std::uint32_t>(member.memberships_.size())};
  if (!places_.emplace(Key{&member, room}, place).second) return false;
  room->members_.push_back(&member);
  member.memberships_.push_back(room);
  member.index_ = this;
  return true;
}

bool RoomIndex::leave(RoomMember& member, std::string_view name) {
  Room* room = find(name);
  if (room == nullptr || !places_.contains(Key{&member, room})) return false;
  remove(member, *room);
  return true;
}

Room* RoomIndex::find(std::string_view name) noexcept {
  const auto it = rooms_.find(name);
  return it == rooms_.end() ? nullptr : it->second.get();
}

void RoomIndex::remove(RoomMember& member, Room& room) noexcept {
  const auto it = places_.find(Key{&member, &room});
  const Place place = it->second;
  places_.erase(it);

  RoomMember* last =
      room.members_.back();  // it takes the empty place, so that leaving costs the same however full the room is
  room.members_[place.in_room] = last;
  room.members_.pop_back();
  if (last != &member) places_.find(Key{last, &room})->second.in_room = place.in_room;

  // A member's own rooms keep their order: there are few.
  member.memberships_.erase(member.memberships_.begin() + place.in_member);
  for (std::uint32_t i = place.in_member; i < member.memberships_.size(); ++i)
    places_.find(Key{&member, member.memberships_[i]})->second.in_member = i;

  if (!room.members_.empty()) return;
  ++ended_;
  rooms_.erase(std::string_view(room.name_));
}

void RoomMember::leave_all() noexcept {
  while (!memberships_.empty()) index_->remove(*this, *memberships_.back());
  index_ = nullptr;
}

bool RoomMember::is_in(const Room& room) const noexcept {
  return index_ != nullptr && index_->places_.contains({this, &room});
}

}  // namespace duplex
