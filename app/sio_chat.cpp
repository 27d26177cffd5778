// SPDX-License-Identifier: MIT
#include "app/sio_chat.h"

#include "app/web_folder.h"

namespace duplex::app {
namespace {

constexpr std::size_t longest_name = 64;  // bytes
constexpr std::size_t longest_room = 64;
constexpr std::size_t longest_id = 64;  // of a user, of a message
constexpr std::size_t longest_text = 16'000;
constexpr std::size_t shown_at_first = 50;  // messages
constexpr std::size_t shown_at_most = 300;  // to one who comes back

bool fits(std::string_view text, std::size_t most) { return !text.empty() && text.size() <= most; }

json::Text refusal(std::error_code why) { return json::object("error", why.message()); }
json::Text refusal() { return refusal(make_error_code(Errc::bad_argument)); }

json::Text shown(std::string_view room, const history::Entry& entry) {
  const json::View said = entry.value();
  return json::object("room", room, "id", entry.id, "at", entry.at, "key", said["key"], "user", said["user"], "name",
                      said["name"], "text", said["text"]);
}

}  // namespace

void SioChat::serve(Server& server, sio::Options options) {
  options.recovery.enabled = true;
  options.serve_client = find_client_folder();
  sio::Io& io = server.io(std::move(options));
  io.on("join", this, &SioChat::join);
  io.on("say", this, &SioChat::say);
  io.on("leave", [](sio::Socket& socket, std::string_view room) { socket.leave(room); });
  io.on("typing", [](sio::Socket& socket, std::string_view room) {
    if (socket.in_room(room))
      socket.to(room).volatile_emit("typing", room, socket.data()["name"], socket.data()["user"]);
  });
  presence_.emplace(io);
  presence_->on_join(
      [&io](const sio::PresenceChange& it) { io.to(it.room).emit("joined", it.room, it.person.data, it.version); });
  presence_->on_leave(
      [&io](const sio::PresenceChange& it) { io.to(it.room).emit("left", it.room, it.person.data, it.version); });
}

void SioChat::join(sio::Socket& socket, std::string_view room, std::string_view name,
                   const std::optional<Returning>& returning, sio::Ack ack) {
  const std::string browser = returning ? returning->user.value_or(std::string()) : std::string();
  if (!fits(room, longest_room) || !fits(name, longest_name) || browser.size() > longest_id) return ack(refusal());
  std::string user = browser.empty() ? std::string(name) : browser + '/' + std::string(name);
  if (!(socket.data()["user"] == user)) {  // somebody else from now on, in every room
    for (const std::string& each : [&] {
           const auto rooms = socket.rooms();
           return std::vector<std::string>(rooms.begin(), rooms.end());
         }())
      if (each != socket.id()) socket.leave(each);
    socket.set_data(json::object("user", user, "name", name));
  }
  socket.join(room);
  auto then = [this, user = std::move(user), name_of_room = std::string(room), ack = std::move(ack)](
                  const Result<history::Page>& page) mutable { ack(welcome(user, name_of_room, page)); };
  const std::uint64_t after = returning ? returning->after.value_or(0) : 0;
  if (after == 0) return history_.last(room, shown_at_first).then(std::move(then));
  history_.after(room, after, shown_at_most)
      .then([this, name_of_room = std::string(room), then = std::move(then)](Result<history::Page> page) mutable {
        if (!page || page->complete) return then(page);
        history_.last(name_of_room, shown_at_first).then(std::move(then));  // too much has been missed
      });
}

json::Text SioChat::welcome(std::string_view user, std::string_view room, const Result<history::Page>& page) {
  const sio::Roster roster = presence_->roster(room);
  std::vector<json::Text> people, messages;
  for (const sio::Person& each : roster.people) people.push_back(each.data);
  if (page)
    for (const history::Entry& each : page->entries) messages.push_back(shown(room, each));
  return json::object("user", user, "version", roster.version, "people", people, "messages", messages, "error",
                      page ? std::optional<std::string>() : page.error().message());
}

/// It is told to the others, and confirmed, when it has been kept.
void SioChat::say(sio::Socket& socket, std::string_view room, std::string_view text,
                  std::optional<std::string_view> key, sio::Ack ack) {
  if (!socket.in_room(room) || !fits(text, longest_text) || key.value_or("").size() > longest_id) return ack(refusal());
  const json::View user = socket.data()["user"], name = socket.data()["name"];
  const json::Text message = json::object("key", key, "user", user, "name", name, "text", text);
  const std::string whose = key && !key->empty() ? user.as<std::string>().value_or("") + '/' + std::string(*key) : "";
  history_.append_once(room, whose, "said", message)
      .then([others = socket.to(room), room = std::string(room), message,
             ack = std::move(ack)](const Result<history::Appended>& kept) mutable {
        if (!kept) return ack(refusal(kept.error()));
        if (kept->fresh) {
          history::Entry entry{kept->id, kept->at, "said", json::array(message)};
          others.emit("said", shown(room, entry));
        }
        ack(json::object("id", kept->id, "at", kept->at));
      });
}

}  // namespace duplex::app
