// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_bind.h>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace duplex::sio {

/// The handlers of events, by name. Asked for every event: so its hash looks at no more than 24 bytes of the name. What
/// clients send cannot make it slow, because only the server's own names are in it.
class EventTable {
 public:
  using Handlers = std::vector<std::shared_ptr<Bound>>;

  EventTable() = default;
  EventTable(const EventTable& o) : entries_(o.entries_) { place_all(); }
  EventTable& operator=(const EventTable&) = delete;

  /// In the order in which they were added; null if there are none. Stays where it is when others are added.
  const Handlers* find(std::string_view name) const noexcept {
    if (places_.empty()) return nullptr;
    const Place* const places = places_.data();
    const std::uint32_t hash = hash_of(name);
    for (std::uint32_t i = hash & mask_; places[i].entry != nullptr; i = (i + 1) & mask_)
      if (places[i].hash == hash && places[i].entry->name == name) return &places[i].entry->handlers;
    return nullptr;
  }
  void add(std::string_view name, std::shared_ptr<Bound> handler);

 private:
  struct Entry {
    std::string name;
    Handlers handlers;
  };
  static std::uint32_t hash_of(std::string_view name) noexcept {
    const char* const at = name.data();
    const std::size_t n = name.size();
    std::uint64_t mixed = n;
    if (n >= 8)
      mixed += load_native<std::uint64_t>(at) ^ load_native<std::uint64_t>(at + n / 2 - 4) * 3 ^
               load_native<std::uint64_t>(at + n - 8) * 5;
    else if (n >= 4)
      mixed += load_native<std::uint32_t>(at) | std::uint64_t{load_native<std::uint32_t>(at + n - 4)} << 32;
    else if (n != 0)
      mixed += std::uint64_t{static_cast<unsigned char>(at[0])} << 8 |
               std::uint64_t{static_cast<unsigned char>(at[n / 2])} << 16 |
               std::uint64_t{static_cast<unsigned char>(at[n - 1])} << 24;
    return static_cast<std::uint32_t>(mixed * 0x9E3779B97F4A7C15u >> 32);
  }
  struct Place {
    const Entry* entry = nullptr;  // null: free
    std::uint32_t hash = 0;
  };
  void place_all();

  std::list<Entry> entries_;
  std::vector<Place> places_;  // by hash, a power of two of them; at most half are taken
  std::uint32_t mask_ = 0;
};

}  // namespace duplex::sio
