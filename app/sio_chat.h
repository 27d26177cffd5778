// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/server.h>
#include <duplex/sio.h>

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace duplex::app {

/// The chat at /chat, over Socket.IO in the main namespace, for the unmodified client.
///   client: join(room, name) -> {members, messages} · leave(room) · say(room, text) -> {id, at} · typing(room)
///   server: said({room, id, name, text, at}) · joined(room, name) · left(room, name) · typing(room, name)
class SioChat {
 public:
  void serve(Server& server, eio::EngineOptions engine = {});

 private:
  struct Message {
    std::uint64_t id = 0;
    std::string name, text;
    std::int64_t at = 0;  // milliseconds since 1970
    friend void duplex_fields(json::Fields& f, Message& m) {
      f("id", m.id)("name", m.name)("text", m.text)("at", m.at);
    }
  };
  struct Room {
    std::map<std::string, std::string> members;  // name, by socket id
    std::deque<Message> messages;                // the last ones
    std::uint64_t newest = 0;
  };
  struct Welcome {
    std::vector<std::string> members;
    std::vector<Message> messages;
    friend void duplex_fields(json::Fields& f, Welcome& w) { f("members", w.members)("messages", w.messages); }
  };

  Result<Welcome> join(sio::Socket& socket, std::string_view room, std::string_view name);
  void leave(sio::Socket& socket, std::string_view room);
  Result<json::Text> say(sio::Socket& socket, std::string_view room, std::string_view text);
  void typing(sio::Socket& socket, std::string_view room);
  std::string name_in(std::string_view room, std::string_view id);

  std::mutex mutex_;  // rooms_: members may be on any loop
  std::map<std::string, Room, std::less<>> rooms_;
};

}  // namespace duplex::app
