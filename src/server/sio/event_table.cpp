// SPDX-License-Identifier: MIT
#include "server/sio/event_table.h"

namespace duplex::sio {

void EventTable::add(std::string_view name, std::shared_ptr<Bound> handler) {
  for (Entry& entry : entries_)
    if (entry.name == name) return entry.handlers.push_back(std::move(handler));
  entries_.push_back({std::string(name), {std::move(handler)}});
  place_all();
}

void EventTable::place_all() {
  std::uint32_t size = 8;
  while (size < 2 * entries_.size()) size *= 2;
  mask_ = size - 1;
  places_.assign(size, Place());
  for (const Entry& entry : entries_) {
    const std::uint32_t hash = hash_of(entry.name);
    std::uint32_t i = hash & mask_;
    while (places_[i].entry != nullptr) i = (i + 1) & mask_;
    places_[i] = {&entry, hash};
  }
}

}  // namespace duplex::sio
