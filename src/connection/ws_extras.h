// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "connection/ws_connection.h"
#include "core/room_index.h"

namespace duplex::ws {

/// What only some connections need: made when first needed, so that an idle connection costs little.
struct WsConnection::Extras {
  struct Member : RoomMember {
    explicit Member(WsConnection& its_connection) noexcept : connection(its_connection) {}
    WsConnection& connection;
  };

  explicit Extras(WsConnection& connection) noexcept : rooms(connection) {}
  Extras(const Extras&) = delete;
  Extras& operator=(const Extras&) = delete;
  ~Extras() {
    if (destroy_data != nullptr) destroy_data(data);
  }

  void* user = nullptr;
  Member rooms;
  std::optional<DeflateAgreement> deflate;
  std::optional<Deflater> deflater;  // only where our compressor keeps its context
  std::string protocol;
  std::string close_reason;
  std::uint64_t dropped = 0;

  void* data = nullptr;
  const void* data_type = nullptr;
  void (*destroy_data)(void*) noexcept = nullptr;

  // The newest ping that came while the peer did not read: answered when it reads again.
  std::optional<std::string> pending_pong;
};

}  // namespace duplex::ws
