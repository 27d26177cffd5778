// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/server.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace duplex::app {

/// A chat over raw WebSocket, in JSON text messages. A client connects to `path?room=NAME&name=NICK`.
///   client: {"type":"say","text":…}  {"type":"typing"}  {"type":"ping","at":…}
///   server: welcome {room, members, names} · joined/left {name, members} · said {name, text, at, id} · typing {name} ·
///   pong {at}
class RoomChat {
 public:
  void serve(Server& server, std::string_view path);

 private:
  struct Member {
    std::string room, name;
  };
  struct Room {
    std::vector<std::string> names;
    std::uint64_t newest = 0;  // message id
  };

  void joined(ws::Socket& socket, const http::Request& request);
  void received(ws::Socket& socket, std::string_view text);
  void left(ws::Socket& socket);

  std::mutex mutex_;  // rooms_: members may be on any loop
  std::map<std::string, Room, std::less<>> rooms_;
};

}  // namespace duplex::app
