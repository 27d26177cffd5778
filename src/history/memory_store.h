// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/history_store.h>

#include <deque>
#include <list>
#include <map>
#include <unordered_map>

#include "core/string_hash.h"

namespace duplex::history {

/// Entries in memory: gone with the process. One thread at a time.
class MemoryStore final : public Store {
 public:
  bool blocks() const noexcept override { return false; }
  Fault open(const Limits& limits) override;
  Fault append(std::span<const Write> writes, std::span<Appended> kept) override;
  Fault last(std::string_view room, std::size_t entries, std::int64_t now, Page& page) override;
  Fault after(std::string_view room, std::uint64_t id, std::size_t entries, std::int64_t now, Page& page) override;
  Fault clear(std::string_view room) override;
  Fault expire(std::int64_t now) override;

 private:
  struct Kept : Entry {
    std::string key;
    std::size_t bytes = 0;
  };
  struct Room {
    std::deque<Kept> entries;
    std::map<std::string, std::uint64_t, std::less<>> keys;  // to ids, of the entries that have one
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;                     // everything up to this id may have been here once
    std::list<const std::string*>::iterator turn;  // in `turns_`
  };
  using Rooms = std::unordered_map<std::string, Room, StringHash, std::equal_to<>>;

  Appended append(const Write& write);
  Room& room_of(const std::string& name);
  void make_place(Room& room, std::size_t bytes, std::int64_t now);
  void bound_total();
  void drop_oldest(Room& room);
  void forget(Rooms::iterator room);
  bool too_old(const Kept& entry, std::int64_t now) const noexcept;
  template <class From>
  static void copy(From from, From to, Page& page);

  Limits limits_;
  Rooms rooms_;
  std::list<const std::string*> turns_;  // names of rooms, those that were written to longest ago first
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0, newest_ = 0;
  std::uint64_t forgotten_ = 0;  // no room that was forgotten had an entry behind this one
};

}  // namespace duplex::history
