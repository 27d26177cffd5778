// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_broadcast.h>

// The door to other servers. What is said to many sockets of a namespace goes through its adapter, which hands it to
// the server's own sockets and, if it knows other servers, to theirs.
#pragma GCC visibility push(default)

namespace duplex::sio {

/// What an adapter may ask of this server's own sockets of one namespace. Any thread; `done` and `then` run on the loop
/// that asked, or on the server's first.
class OwnSockets {
 public:
  explicit OwnSockets(std::weak_ptr<NamespaceCore> core) noexcept : core_(std::move(core)) {}

  void broadcast(const Selection& to, EventView event, const Flags& flags);
  /// `then` hears the answers of those that are here.
  void broadcast(const Selection& to, EventView event, const Flags& flags, Gather gather);
  void join(const Selection& who, std::string_view room, Function<void()> done = {});
  void leave(const Selection& who, std::string_view room, Function<void()> done = {});
  void disconnect(const Selection& who, bool close, Function<void()> done = {});
  void fetch(const Selection& who, Function<void(std::vector<RemoteSocket>)> then);
  /// An event of `server_side_emit`, from another server.
  void heard(std::string_view name, json::View arguments);

 private:
  std::weak_ptr<NamespaceCore> core_;
};

/// The adapter of a server that is alone: everything goes to its own sockets. One that reaches others extends it.
/// Its methods are called on any thread, on several at once.
class Adapter {
 public:
  explicit Adapter(OwnSockets own) noexcept : own_(std::move(own)) {}
  virtual ~Adapter();
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  virtual void broadcast(const Selection& to, EventView event, const Flags& flags);
  virtual void broadcast(const Selection& to, EventView event, const Flags& flags, Gather gather);
  virtual void join(const Selection& who, std::string_view room, Function<void()> done);
  virtual void leave(const Selection& who, std::string_view room, Function<void()> done);
  virtual void disconnect(const Selection& who, bool close, Function<void()> done);
  virtual void fetch(const Selection& who, Function<void(std::vector<RemoteSocket>)> then);
  /// To the other servers only: here, to nobody, and `gather` hears no answers.
  virtual void server_side_emit(EventView event, Gather* gather);
  virtual unsigned servers() const { return 1; }

 protected:
  OwnSockets& own() noexcept { return own_; }

 private:
  OwnSockets own_;
};

/// Makes the adapter of one namespace.
using AdapterFactory = Function<std::unique_ptr<Adapter>(std::string_view name, OwnSockets own)>;

}  // namespace duplex::sio

#pragma GCC visibility pop
