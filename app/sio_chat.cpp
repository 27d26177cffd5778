// SPDX-License-Identifier: MIT
#include "app/sio_chat.h"

#include <algorithm>
#include <chrono>

#include "app/web_folder.h"

namespace duplex::app {
namespace {

constexpr std::size_t longest_name = 64;  // bytes
constexpr std::size_t longest_room = 64;
constexpr std::size_t longest_text = 16'000;
constexpr std::size_t messages_kept = 50;  // of a room
constexpr std::size_t rooms_kept = 1'000;  // empty ones go first

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool fits(std::string_view text, std::size_t most) { return !text.empty() && text.size() <= most; }

}  // namespace

void SioChat::serve(Server& server) {
  sio::Options options;
  options.recovery.enabled = true;
  options.serve_client = find_client_folder();
  sio::Io& io = server.io(std::move(options));
  io.on("join", this, &SioChat::join);
  io.on("leave", this, &SioChat::leave);
  io.on("say", this, &SioChat::say);
  io.on("typing", this, &SioChat::typing);
  io.on_disconnecting([this](sio::Socket& socket, const sio::Disconnect&) {
    for (const std::string_view room : socket.rooms())
      if (room != socket.id()) leave(socket, std::string(room));
  });
}

Result<SioChat::Welcome> SioChat::join(sio::Socket& socket, std::string_view name_of_room, std::string_view name) {
  if (!fits(name_of_room, longest_room) || !fits(name, longest_name)) return Errc::bad_argument;
  Welcome welcome;
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    if (rooms_.size() >= rooms_kept)
      std::erase_if(rooms_, [](const auto& each) { return each.second.members.empty(); });
    Room& room = rooms_[std::string(name_of_room)];
    fresh = room.members.insert_or_assign(std::string(socket.id()), std::string(name)).second;
    for (const auto& [id, member] : room.members) welcome.members.push_back(member);
    welcome.messages.assign(room.messages.begin(), room.messages.end());
  }
  socket.join(name_of_room);
  if (fresh) socket.to(name_of_room).emit("joined", name_of_room, name);
  return welcome;
}

void SioChat::leave(sio::Socket& socket, std::string_view name_of_room) {
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    const auto room = rooms_.find(name_of_room);
    if (room == rooms_.end()) return;
    const auto member = room->second.members.find(std::string(socket.id()));
    if (member == room->second.members.end()) return;
    name = member->second;
    room->second.members.erase(member);
  }
  socket.to(name_of_room).emit("left", name_of_room, name);
  socket.leave(name_of_room);
}

Result<json::Text> SioChat::say(sio::Socket& socket, std::string_view name_of_room, std::string_view text) {
  const std::string name = name_in(name_of_room, socket.id());
  if (name.empty() || !fits(text, longest_text)) return Errc::bad_argument;
  Message message{0, name, std::string(text), now_ms()};
  {
    const std::lock_guard lock(mutex_);
    Room& room = rooms_[std::string(name_of_room)];
    message.id = ++room.newest;
    room.messages.push_back(message);
    if (room.messages.size() > messages_kept) room.messages.pop_front();
  }
  socket.to(name_of_room)
      .emit("said", json::object("room", name_of_room, "id", message.id, "name", name, "text", text, "at", message.at));
  return json::object("id", message.id, "at", message.at);
}

void SioChat::typing(sio::Socket& socket, std::string_view room) {
  const std::string name = name_in(room, socket.id());
  if (!name.empty()) socket.to(room).volatile_emit("typing", room, name);
}

/// Whom the socket is in that room; empty if it is not in it.
std::string SioChat::name_in(std::string_view room, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto it = rooms_.find(room);
  if (it == rooms_.end()) return {};
  const auto member = it->second.members.find(std::string(id));
  return member == it->second.members.end() ? std::string() : member->second;
}

}  // namespace duplex::app
