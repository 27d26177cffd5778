// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/history.h>
#include <duplex/presence.h>
#include <duplex/server.h>
#include <duplex/sio.h>

#include <optional>
#include <string>

namespace duplex::app {

/// The chat at /chat, over Socket.IO in the main namespace, for the unmodified client.
///   client: join(room, name, {user?, after?}) -> {user, version, people: [{user, name}], messages, error?}
///           leave(room) · say(room, text, key?) -> {id, at}, once it is kept · typing(room)
///   server: said({room, id, at, key, user, name, text}) · joined(room, {user, name}, version)
///           left(room, {user, name}, version) · typing(room, name, user)
/// A user is the browser's `user` and the name: two tabs of one person are one, two people of one name are two. `after`
/// is the id of the newest message that the client knows; `key` names a message that may be sent twice.
/// Refused is what is answered with {error}.
class SioChat {
 public:
  explicit SioChat(History& history) : history_(history) {}
  void serve(Server& server, sio::Options options = {});

 private:
  struct Returning {
    std::optional<std::string> user;
    std::optional<std::uint64_t> after;
    friend void duplex_fields(json::Fields& f, Returning& r) { f("user", r.user)("after", r.after); }
  };

  void join(sio::Socket& socket, std::string_view room, std::string_view name,
            const std::optional<Returning>& returning, sio::Ack ack);
  void say(sio::Socket& socket, std::string_view room, std::string_view text, std::optional<std::string_view> key,
           sio::Ack ack);
  json::Text welcome(std::string_view user, std::string_view room, const Result<history::Page>& page);

  History& history_;
  std::optional<sio::Presence> presence_;
};

}  // namespace duplex::app
