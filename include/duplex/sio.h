// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/adapter.h>
#include <duplex/eio.h>
#include <duplex/sio_namespace.h>
#include <duplex/sio_parser.h>

// Socket.IO: rooms, typed events and acknowledgements, for the clients that there are.
//
//     Server server({.port = 3000});
//     sio::Io& io = server.io();
//     io.on("join", [](sio::Socket& socket, std::string_view room) {
//       socket.join(room);
//       socket.to(room).emit("joined", socket.id());
//       return socket.rooms().size();                                   // a returned value is the ack
//     });
//     io.on("say", [](sio::Socket& socket, std::string_view room, json::View text) {
//       socket.to(room).emit("said", socket.id(), text);                // passed on without re-encoding
//     });
#pragma GCC visibility push(default)

namespace duplex::sio {

/// Connection state recovery: a client that was cut off comes back to its id, rooms, data and the events it missed.
/// What is kept is bounded; a client that cannot have all of what it missed gets a new session, and the log says why.
struct Recovery {
  bool enabled = false;
  std::chrono::milliseconds max_disconnection{120'000};  ///< how long a session waits for its client
  bool skip_middlewares = false;                         ///< do not ask again whether the client may enter
  std::size_t max_events = 10'000;                       ///< of one namespace
  std::size_t max_bytes = 16 * 1024 * 1024;              ///< of one namespace's events
};

struct Options {
  eio::EngineOptions engine = {};                        ///< path, heartbeat, limits, CORS, origins …
  std::chrono::milliseconds connect_timeout{20'000};     ///< a connection that enters no namespace is closed
  std::chrono::milliseconds middleware_timeout{10'000};  ///< for a middleware to decide; then the answer is no
  std::size_t max_undecided = 1024 * 1024;               ///< bytes of one socket's events that wait for its middlewares
  std::chrono::milliseconds ack_timeout{60'000};         ///< for `within` and `gather` without a limit
  std::size_t max_pending_acks = 10'000;                 ///< awaited of one socket; more are Errc::out_of_range at once
  Recovery recovery = {};
  /// How packets stand on the wire: `msgpack_parser()`, or one of your own; none: Socket.IO's JSON. Its clients must
  /// have the same.
  std::shared_ptr<const Parser> parser = {};
  bool cleanup_empty_child_namespaces = false;            ///< a pattern's child goes with its last socket
  std::size_t max_namespaces = 64;                        ///< of one connection; more: "Too many namespaces"
  std::size_t max_namespace_name = 512;                   ///< bytes; longer: the connection is closed
  std::uint32_t max_attachments = 10;                     ///< of one packet
  std::size_t max_binaries = 1'000;                       ///< of one packet, where a parser has them inline
  std::chrono::milliseconds attachments_timeout{30'000};  ///< for all of them to arrive
  unsigned max_refusals = 5;                              ///< of one connection, which is then closed
  AdapterFactory adapter = {};                            ///< the door to other servers; none: this one is alone
  /// A folder with the bundles of npm `socket.io-client` ("node_modules/socket.io-client/dist"), which are then served
  /// below the engine's path, at "/socket.io/socket.io.js" and so on; "socket.io.js.br", ".gz" and ".deflate" beside
  /// one are sent to those who take them. Empty: none are.
  std::string serve_client = {};
};

/// What Socket.IO has counted, over all loops.
struct Stats {
  std::uint64_t sockets = 0;       ///< in namespaces, now
  std::uint64_t rooms = 0;         ///< now, a socket's own room included; one a loop
  std::uint64_t sessions = 0;      ///< Engine.IO sessions, now
  std::uint64_t pending_acks = 0;  ///< awaited, now
  std::uint64_t events_in = 0, events_out = 0;
  std::uint64_t stray_acks = 0;  ///< unknown, foreign or late
  std::uint64_t refused_arguments = 0;
  std::uint64_t recovered = 0, not_recovered = 0;
};

/// Which namespaces there are besides those that are named: of a pattern, in which `*` stands for anything, or of a
/// rule.
struct Matching {
  std::string pattern;
  Function<bool(std::string_view name, json::View auth)> rule;
};
template <class T>
Matching matching(T&& pattern_or_rule) {
  if constexpr (std::is_convertible_v<T, std::string_view>)
    return {std::string(std::string_view(pattern_or_rule)), {}};
  else
    return {{}, std::forward<T>(pattern_or_rule)};
}

/// A Socket.IO server: its main namespace `/`, and the way to the others.
class Io : public Namespace {
 public:
  /// The namespace of that path; a slash is put in front if there is none. Made when first named. Any thread.
  Namespace& of(std::string_view path);
  /// Namespaces that come into being when a client asks for one: `io.of(sio::matching("/room-*"))`. Handlers and
  /// middlewares are the parent's; what is asked of the parent (emit, join, fetch, gather …) goes to all its children.
  Namespace& of(Matching matching);
  /// A child has come into being, and no client has entered it yet: what it needs of its own can be set. On any loop.
  Io& on_new_namespace(Function<void(Namespace&)> fn);

  Stats stats() const;  ///< Any thread.

 private:
  friend class IoCore;
  friend void instrument(Io& io, struct AdminOptions options);
  Io(std::shared_ptr<NamespaceCore> main, class IoCore& io) noexcept : Namespace(std::move(main)), io_(io) {}
  class IoCore& io_;
};

}  // namespace duplex::sio

#pragma GCC visibility pop
