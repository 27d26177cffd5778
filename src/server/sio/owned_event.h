// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_event.h>

#include <string>
#include <vector>

namespace duplex::sio {

/// An event that owns what it says, to cross from thread to thread.
struct OwnedEvent {
  explicit OwnedEvent(EventView event);
  EventView view() const noexcept { return {text, views}; }
  std::string text;
  std::vector<std::vector<std::byte>> attachments;
  std::vector<json::Binary> views;
};

}  // namespace duplex::sio
