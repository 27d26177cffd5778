// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include <duplex/sio_namespace.h>

// Who is in a room: users, not sockets.
//
//     sio::Presence presence(io);
//     presence.on_join([&](const sio::PresenceChange& it) { io.to(it.room).emit("joined", it.room, it.person); });
//     presence.on_leave([&](const sio::PresenceChange& it) { io.to(it.room).emit("left", it.room, it.person.user); });
//     io.on("enter", [&](sio::Socket& socket, std::string_view room, std::string_view name) {
//       socket.set_data(json::object("user", name));       // who it is, before it joins
//       socket.join(room);
//       return presence.roster(room);                      // {version, people: [{user, data, sockets}]}
//     });
#pragma GCC visibility push(default)

namespace duplex::sio {

/// A user in a room, however many sockets he has there.
struct Person {
  std::string user;
  json::Text data;          ///< of the socket of his that joined last: its `data()` at that time
  std::size_t sockets = 0;  ///< 0: he is away, and expected back
  friend void duplex_fields(json::Fields& f, Person& p) { f("user", p.user)("data", p.data)("sockets", p.sockets); }
};

/// Who is in a room, in the order of their names.
struct Roster {
  std::uint64_t version = 0;  ///< of the newest change that is in it
  std::vector<Person> people;
  friend void duplex_fields(json::Fields& f, Roster& r) { f("version", r.version)("people", r.people); }
};

/// A user has come or gone. Borrowed until the handler returns.
struct PresenceChange {
  std::string_view room;
  const Person& person;
  /// Grows with every change of that room: who holds a roster of this version, or a newer one, knows of it.
  std::uint64_t version;
};

struct PresenceOptions {
  /// How long a user whose last socket has gone counts as there: if he is back by then, in a new session or in his old
  /// one (recovery), he never left. 0: he leaves at once.
  std::chrono::milliseconds grace{5'000};
  /// Whose socket it is, asked when it joins a room; empty: nobody's, it is not counted. None: the string `user` of its
  /// data, or the data itself if that is a string. Called on the socket's loop.
  Function<std::string(const Socket&)> user = {};
  /// Which rooms are looked at; none: all but the sockets' own. Called on the socket's loop.
  Function<bool(std::string_view room)> room = {};
};

/// Keeps count of the users in a namespace's rooms, on this server, on all its loops. A socket counts as soon as it is
/// in the room, by whatever road it came there (`join`, `io.in(…).join`, recovery), and until it leaves it. Leaving the
/// room, or being disconnected by the server, takes effect at once; a connection that ends otherwise has the time of
/// grace. Make one before the server starts, and keep it until the server has stopped.
class Presence {
 public:
  explicit Presence(Namespace& nsp, PresenceOptions options = {});
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  /// Run on the server's first loop, in the order in which it happened: what they emit arrives in that order.
  Presence& on_join(Function<void(const PresenceChange&)> fn);
  Presence& on_leave(Function<void(const PresenceChange&)> fn);

  Roster roster(std::string_view room) const;                      ///< Any thread.
  std::size_t count(std::string_view room) const;                  ///< Any thread.
  bool is_in(std::string_view room, std::string_view user) const;  ///< Any thread.

 private:
  std::shared_ptr<class PresenceCore> core_;
};

}  // namespace duplex::sio

#pragma GCC visibility pop
