// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

#include "protocol/eio/packet.h"
#include "server/eio/shared_packet.h"

namespace duplex::eio {

/// Packets that wait for a transport: for the next poll, or for the WebSocket that takes over. Kept as packets, not as
/// a payload, because nobody knows yet which of the two it will be.
class Outgoing {
 public:
  struct Item {
    PacketType type = PacketType::noop;
    bool binary = false;
    bool compress = false;
    std::uint32_t size = 0;  // of the data in bytes_
    std::shared_ptr<const SharedPacket> shared = {};
  };

  void add(PacketType type, bool binary, std::string_view data, bool compress) {
    items_.push_back({type, binary, compress, static_cast<std::uint32_t>(data.size())});
    bytes_.append(data);
    total_ += data.size() + 2;
  }
  void add(std::shared_ptr<const SharedPacket> packet) {
    total_ += packet->size() + 1;
    items_.push_back({PacketType::message, false, packet->compress(), 0, std::move(packet)});
  }

  bool empty() const noexcept { return items_.empty(); }
  bool ends_with(PacketType type) const noexcept { return !items_.empty() && items_.back().type == type; }
  std::size_t packets() const noexcept { return items_.size(); }
  /// About what it takes on the wire.
  std::size_t bytes() const noexcept { return total_; }
  bool wants_compression() const noexcept {
    for (const Item& item : items_)
      if (item.compress) return true;
    return false;
  }
  /// Calls `visit(item, data)` in order.
  template <class F>
  void each(F&& visit) const {
    std::string_view rest = bytes_.text();
    for (const Item& item : items_) {
      visit(item, rest.substr(0, item.size));
      rest.remove_prefix(item.size);
    }
  }
  /// Forgets everything, and keeps the memory.
  void clear() noexcept {
    items_.clear();
    bytes_.clear();
    total_ = 0;
  }
  std::size_t capacity() const noexcept { return items_.capacity() * sizeof(Item) + bytes_.capacity(); }

 private:
  std::vector<Item> items_;
  Buffer bytes_;
  std::size_t total_ = 0;
};

}  // namespace duplex::eio
