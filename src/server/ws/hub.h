// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection/ws_connection.h"
#include "core/room_index.h"

namespace duplex::server {

class Hub;

/// What all loops' hubs share; set up before the server starts and then only read.
struct HubGroup {
  std::vector<Hub*> hubs;  ///< one a loop
  std::unordered_map<std::string, ws::Overflow> policies;
};

/// One message on its way to many: encoded once, compressed once for each set of parameters that a receiver agreed on,
/// whatever the number of receivers and loops. Any thread.
class FanoutFrame {
 public:
  FanoutFrame(ws::Message message, ws::SendOptions options);
  /// The whole frame as it is sent to those who do not compress.
  const SharedBytes& plain() const noexcept { return plain_; }
  /// The frame compressed for a window of that many bits, made when first asked for.
  SharedBytes compressed(int window_bits, ws::DeflateContexts& contexts);

  std::size_t payload_size() const noexcept { return payload_size_; }
  ConstBytes payload() const noexcept { return plain_.bytes().last(payload_size_); }
  ws::SendOptions options() const noexcept { return options_; }

 private:
  SharedBytes plain_;
  std::size_t payload_size_;
  bool text_;
  ws::SendOptions options_;
  std::mutex mutex_;
  std::vector<std::pair<int, SharedBytes>> compressed_;
};

/// The rooms of one loop's WebSockets, and how a message reaches everyone in a room on every loop. One loop's thread.
class Hub {
 public:
  Hub(ws::WsLoop& loop, HubGroup& group) noexcept : loop_(loop), group_(group) {}

  RoomIndex& rooms() noexcept { return rooms_; }
  /// To everyone in the room but `except`, on this loop at once and on the others by their inbox.
  void publish(std::string_view room, ws::Message message, ws::SendOptions options, const ws::WsConnection* except);
  /// The same from a thread that is no loop's.
  static void publish_from_anywhere(HubGroup& group, std::string_view room, ws::Message message,
                                    ws::SendOptions options);

 private:
  void deliver(std::string_view room, FanoutFrame& frame, const ws::WsConnection* except);
  static void post(HubGroup& group, const Hub* but, std::string_view room, const std::shared_ptr<FanoutFrame>& frame);

  ws::WsLoop& loop_;
  HubGroup& group_;
  RoomIndex rooms_;
};

}  // namespace duplex::server
