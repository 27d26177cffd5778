// SPDX-License-Identifier: MIT
#include "history/memory_store.h"

#include <algorithm>

namespace duplex::history {

Fault MemoryStore::open(const Limits& limits) {
  limits_ = limits;
  // Ids begin where no other life of this program has been: what a client knows from there is not mistaken for ours.
  first_ = newest_ = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
  return {};
}

Fault MemoryStore::append(std::span<const Write> writes, std::span<Appended> kept) {
  for (std::size_t i = 0; i < writes.size(); ++i) kept[i] = append(writes[i]);
  return {};
}

Appended MemoryStore::append(const Write& write) {
  Room& room = room_of(write.room);
  if (!write.key.empty()) {
    if (const auto known = room.keys.find(write.key); known != room.keys.end()) {
      const auto entry = std::lower_bound(room.entries.begin(), room.entries.end(), known->second,
                                          [](const Kept& each, std::uint64_t id) { return each.id < id; });
      return {entry->id, entry->at, false};
    }
  }
  make_place(room, write.bytes(), write.at);
  Kept& entry = room.entries.emplace_back();
  entry.id = ++newest_;
  entry.at = write.at;
  entry.name = write.name;
  entry.arguments = json::Text(write.arguments);
  entry.key = write.key;
  entry.bytes = write.bytes();
  if (!write.key.empty()) room.keys.emplace(write.key, entry.id);
  room.bytes += entry.bytes;
  bytes_ += entry.bytes;
  turns_.splice(turns_.end(), turns_, room.turn);
  const Appended appended{entry.id, entry.at, true};
  bound_total();
  return appended;
}

MemoryStore::Room& MemoryStore::room_of(const std::string& name) {
  const auto [it, fresh] = rooms_.try_emplace(name);
  if (fresh) {
    it->second.turn = turns_.insert(turns_.end(), &it->first);
    it->second.dropped = forgotten_;
  }
  return it->second;
}

void MemoryStore::make_place(Room& room, std::size_t bytes, std::int64_t now) {
  while (!room.entries.empty() && (room.entries.size() >= limits_.max_entries ||
                                   room.bytes + bytes > limits_.max_bytes || too_old(room.entries.front(), now)))
    drop_oldest(room);
}

/// The newest entry stays, whatever the limits are.
void MemoryStore::bound_total() {
  while (turns_.size() > 1 && (turns_.size() > limits_.max_rooms || bytes_ > limits_.max_total_bytes))
    forget(rooms_.find(*turns_.front()));
  Room& newest = rooms_.find(*turns_.back())->second;
  while (bytes_ > limits_.max_total_bytes && newest.entries.size() > 1) drop_oldest(newest);
}

void MemoryStore::drop_oldest(Room& room) {
  const Kept& oldest = room.entries.front();
  room.dropped = oldest.id;
  room.bytes -= oldest.bytes;
  bytes_ -= oldest.bytes;
  if (!oldest.key.empty()) room.keys.erase(oldest.key);
  room.entries.pop_front();
}

void MemoryStore::forget(Rooms::iterator room) {
  while (!room->second.entries.empty()) drop_oldest(room->second);
  forgotten_ = std::max(forgotten_, room->second.dropped);
  turns_.erase(room->second.turn);
  rooms_.erase(room);
}

bool MemoryStore::too_old(const Kept& entry, std::int64_t now) const noexcept {
  return limits_.max_age.count() > 0 && entry.at < now - std::chrono::milliseconds(limits_.max_age).count();
}

template <class From>
void MemoryStore::copy(From from, From to, Page& page) {
  for (; from != to; ++from) page.entries.push_back(*from);
}

Fault MemoryStore::last(std::string_view name, std::size_t entries, std::int64_t now, Page& page) {
  const auto it = rooms_.find(name);
  if (it == rooms_.end()) {
    page.complete = forgotten_ == 0;
    return {};
  }
  const auto& all = it->second.entries;
  const auto alive = std::find_if(all.begin(), all.end(), [&](const Kept& each) { return !too_old(each, now); });
  const auto there = static_cast<std::size_t>(all.end() - alive);
  page.complete = entries <= there || (alive == all.begin() && it->second.dropped == 0);
  copy(all.end() - static_cast<std::ptrdiff_t>(std::min(entries, there)), all.end(), page);
  return {};
}

Fault MemoryStore::after(std::string_view name, std::uint64_t id, std::size_t entries, std::int64_t now, Page& page) {
  // An id that was never given is one of another life of this store: all of what it was counted behind is gone.
  const bool strange = id > newest_ || (id != 0 && id < first_);
  if (strange) id = 0;
  const auto it = rooms_.find(name);
  if (it == rooms_.end()) {
    page.complete = !strange && id >= forgotten_;
    return {};
  }
  const auto& all = it->second.entries;
  std::uint64_t dropped = it->second.dropped;
  auto from = all.begin();
  for (; from != all.end() && (from->id <= id || too_old(*from, now)); ++from)
    if (from->id > id) dropped = from->id;
  page.complete = !strange && id >= dropped;
  copy(from, from + static_cast<std::ptrdiff_t>(std::min<std::size_t>(entries, all.end() - from)), page);
  return {};
}

Fault MemoryStore::clear(std::string_view name) {
  if (const auto it = rooms_.find(name); it != rooms_.end()) forget(it);
  return {};
}

Fault MemoryStore::expire(std::int64_t now) {
  for (auto it = rooms_.begin(); it != rooms_.end();) {
    const auto room = it++;
    while (!room->second.entries.empty() && too_old(room->second.entries.front(), now)) drop_oldest(room->second);
    if (room->second.entries.empty()) forget(room);
  }
  return {};
}

}  // namespace duplex::history
