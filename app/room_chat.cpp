// SPDX-License-Identifier: MIT
#include "app/room_chat.h"

#include <algorithm>
#include <chrono>

namespace duplex::app {
namespace {

constexpr std::size_t longest_name = 32;     // bytes
constexpr std::size_t longest_text = 4'000;  // bytes

/// What a client may say; unknown fields are ignored.
struct Said {
  std::string type;
  std::optional<std::string> text;
  std::optional<double> at;
  friend void duplex_fields(json::Fields& f, Said& s) { f("type", s.type)("text", s.text)("at", s.at); }
};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A name from the query, cut at the end of a character, or what stands in for it.
std::string name_from(const http::Request& request, std::string_view parameter, std::string_view otherwise) {
  std::string name = request.query(parameter).value_or(std::string());
  if (name.empty()) return std::string(otherwise);
  if (name.size() > longest_name) {
    std::size_t end = longest_name;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
    name.resize(end);
  }
  return name;
}

std::string channel(std::string_view room) { return "room-chat:" + std::string(room); }

}  // namespace

void RoomChat::serve(Server& server, std::string_view path) {
  server.ws(path, {.on_open = [this](ws::Socket& socket, const http::Request& request) { joined(socket, request); },
                   .on_message =
                       [this](ws::Socket& socket, ws::Message message) {
                         if (message.is_text()) received(socket, message.text());
                       },
                   .on_close = [this](ws::Socket& socket, ws::Close) { left(socket); },
                   .max_message = 16 * 1024});
}

void RoomChat::joined(ws::Socket& socket, const http::Request& request) {
  const Member& member =
      socket.set_data(Member{name_from(request, "room", "lobby"), name_from(request, "name", "guest")});
  std::vector<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    Room& room = rooms_[member.room];
    room.names.push_back(member.name);
    names = room.names;
  }
  socket.send(json::object("type", "welcome", "room", member.room, "members", names.size(), "names", names).text());
  socket.join(channel(member.room));
  socket.publish(channel(member.room),
                 json::object("type", "joined", "name", member.name, "members", names.size()).text());
}

void RoomChat::received(ws::Socket& socket, std::string_view text) {
  const Member* member = socket.data<Member>();
  const auto view = json::parse(text);
  const auto said = view ? view->as<Said>() : Result<Said>(view.error());
  if (!member) return;
  if (!said) return socket.close(1003, "send JSON text such as {\"type\":\"say\",\"text\":\"hello\"}");

  if (said->type == "say" && said->text && !said->text->empty()) {
    if (said->text->size() > longest_text) return socket.close(1008, "a message may have 4000 bytes");
    std::uint64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      id = ++rooms_[member->room].newest;
    }
    const json::Text line =
        json::object("type", "said", "name", member->name, "text", *said->text, "at", now_ms(), "id", id);
    socket.send(line.text());
    socket.publish(channel(member->room), line.text());
  } else if (said->type == "typing") {
    socket.publish(channel(member->room), json::object("type", "typing", "name", member->name).text());
  } else if (said->type == "ping" && said->at) {
    socket.send(json::object("type", "pong", "at", *said->at).text());
  }
}

void RoomChat::left(ws::Socket& socket) {
  const Member* member = socket.data<Member>();
  if (member == nullptr) return;
  std::size_t members = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto room = rooms_.find(member->room);
    if (room == rooms_.end()) return;
    std::vector<std::string>& names = room->second.names;
    names.erase(std::find(names.begin(), names.end(), member->name));
    members = names.size();
    if (names.empty()) rooms_.erase(room);
  }
  socket.publish(channel(member->room), json::object("type", "left", "name", member->name, "members", members).text());
}

}  // namespace duplex::app
