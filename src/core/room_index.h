// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/string_hash.h"

namespace duplex {

class RoomIndex;
class Room;

/// What can be in rooms: held by (or a base of) whoever is the member. Leaves every room when it is destroyed.
class RoomMember {
 public:
  RoomMember() = default;
  RoomMember(const RoomMember&) = delete;
  RoomMember& operator=(const RoomMember&) = delete;
  ~RoomMember() { leave_all(); }

  std::size_t room_count() const noexcept { return memberships_.size(); }
  void leave_all() noexcept;
  /// Calls `visit(Room&)` for every room it is in, in the order of joining.
  template <class F>
  void each_room(F&& visit) const {
    for (Room* room : memberships_) visit(*room);
  }
  bool is_in(const Room& room) const noexcept;

 private:
  friend class RoomIndex;
  RoomIndex* index_ = nullptr;
  std::vector<Room*> memberships_;
};

/// A named set of members.
class Room {
 public:
  const std::string& name() const noexcept { return name_; }
  const std::vector<RoomMember*>& members() const noexcept { return members_; }

 private:
  friend class RoomIndex;
  explicit Room(std::string_view name) : name_(name) {}
  std::string name_;
  std::vector<RoomMember*> members_;
};

/// Which members are in which rooms. Joining and leaving cost the same however many there are; an empty room is gone.
/// One thread. Members may be added and removed while a visitor runs only through `snapshot`.
class RoomIndex {
 public:
  RoomIndex();
  ~RoomIndex();
  RoomIndex(const RoomIndex&) = delete;
  RoomIndex& operator=(const RoomIndex&) = delete;

  bool join(RoomMember& member, std::string_view room);   ///< false: it was in it already
  bool leave(RoomMember& member, std::string_view room);  ///< false: it was not in it
  Room* find(std::string_view room) noexcept;
  std::size_t rooms() const noexcept { return rooms_.size(); }
  /// How many rooms have ended so far: as long as this stands still, a room that was found is there.
  std::uint64_t ended() const noexcept { return ended_; }
  template <class F>
  void each_room(F&& visit) {
    for (auto& [name, room] : rooms_) visit(*room);
  }

 private:
  friend class RoomMember;
  struct Place {
    std::uint32_t in_room, in_member;
  };
  struct Key {
    const RoomMember* member;
    const Room* room;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& k) const noexcept {
      return (reinterpret_cast<std::uintptr_t>(k.member) >> 4) * 0x9E3779B97F4A7C15u ^
             reinterpret_cast<std::uintptr_t>(k.room);
    }
  };
  void remove(RoomMember& member, Room& room) noexcept;

  std::unordered_map<std::string_view, std::unique_ptr<Room>, StringHash, std::equal_to<>>
      rooms_;  // the key lies in the room
  std::uint64_t ended_ = 0;
  std::unordered_map<Key, Place, KeyHash> places_;
};

}  // namespace duplex
