// SPDX-License-Identifier: MIT
#include "server/sio/server_socket.h"

#include "server/sio/admin_feed.h"
#include "server/sio/client.h"
#include "server/sio/guard.h"
#include "server/sio/listeners.h"
#include "server/sio/namespace_core.h"
#include "server/sio/recovery.h"

namespace duplex::sio {

ServerSocket::ServerSocket(Handshake&& handshake) noexcept : handshake_(std::move(handshake)) {}
ServerSocket::~ServerSocket() = default;

ServerSocket::Extras::Extras() = default;
ServerSocket::Extras::~Extras() = default;
ServerSocket::Extras& ServerSocket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

IoLoop& ServerSocket::loop() const noexcept { return local->loop; }

SocketListeners& ServerSocket::listeners() {
  auto& its = extras();
  if (!its.listeners) its.listeners = std::make_unique<SocketListeners>();
  return *its.listeners;
}

// -- rooms ------------------------------------------------------------------------------------------------------------

void ServerSocket::enter_room(std::string_view room) {
  if (enter_quietly(room)) tell_joined(room);
}

bool ServerSocket::enter_quietly(std::string_view room) {
  if (client == nullptr) return false;
  if (room == sid()) {
    if (!std::exchange(in_own_room, true)) {
      if (AdminFeed* feed = loop().io.feed()) feed->joined(*this, room);
    }
    return false;
  }
  const std::size_t before = local->rooms.rooms();
  const bool entered = local->rooms.join(*this, room);
  if (entered) local->note_change(*this, room, true);
  loop().counters.rooms.add(local->rooms.rooms() - before);
  if (AdminFeed* feed = loop().io.feed(); feed != nullptr && entered) feed->joined(*this, room);
  return entered;
}

void ServerSocket::tell_joined(std::string_view room) {
  for (const auto& fn : local->core.table().joined_room)
    if (client != nullptr) guarded(loop(), "on_join_room", [&] { (*fn)(*this, room); });
}

void ServerSocket::tell_left(std::string_view room) {
  for (const auto& fn : local->core.table().left_room) guarded(loop(), "on_leave_room", [&] { (*fn)(*this, room); });
}

void ServerSocket::leave_room(std::string_view room) {
  if (client == nullptr) return;
  AdminFeed* const feed = loop().io.feed();
  if (room == sid()) {
    if (std::exchange(in_own_room, false) && feed != nullptr) feed->left(*this, sid());
    return;
  }
  const std::size_t before = local->rooms.rooms();
  const bool told = local->has_broadcasts_out() || !local->core.table().left_room.empty() || feed != nullptr;
  const std::string name(told ? room : std::string_view());  // `room` may be the room's own
  const bool left = local->rooms.leave(*this, room);
  if (left) local->note_change(*this, name, false);
  loop().counters.rooms.subtract(before - local->rooms.rooms());
  if (!left) return;
  if (feed != nullptr) feed->left(*this, name);
  tell_left(name);
}

// -- its end ----------------------------------------------------------------------------------------------------------

void ServerSocket::disconnect_from_server(bool close) {
  if (client == nullptr) return;
  NamespaceCore& core = local->core;
  if (core.ordered_elsewhere()) {  // behind what was emitted before
    core.in_order([bits = bits_, close, slot = loop().reactor.slot()] {
      net::Reactor::post_to(slot, [bits, close] {
        ServerSocket* const socket = IoLoop::here()->find(bits);
        if (socket != nullptr) socket->disconnect_now(close);
      });
    });
    return;
  }
  disconnect_now(close);
}

void ServerSocket::disconnect_now(bool close) {
  if (close) return client->disconnect_all();
  client->send(PacketType::disconnect, local->core.name());
  leave_namespace("server namespace disconnect", {}, false);
}

void ServerSocket::leave_namespace(std::string_view reason, std::string_view details, bool keep) {
  if (client == nullptr || std::exchange(leaving_, true)) return;
  NamespaceCore& core = local->core;
  IoLoop& its_loop = loop();
  const Disconnect why{reason, details};
  const bool by_server = reason == "server namespace disconnect";
  for (const auto& fn : core.table().disconnecting) guarded(its_loop, "on_disconnecting", [&] { (*fn)(*this, why); });

  if (core.recovery() != nullptr && !fenced) {
    const auto keep_alive = core.shared_from_this();
    const std::string& pid = extras().continuity.pid;
    if (keep && !client->is_legacy())  // which never heard its pid
      core.in_order([keep_alive, pid, bits = bits_, kept = sio::keep(*this)]() mutable {
        keep_alive->recovery()->parked(pid, bits, std::move(kept));
      });
    else
      core.in_order([keep_alive, pid, bits = bits_] { keep_alive->recovery()->forgotten(pid, bits); });
  }

  std::vector<std::string> rooms;
  if (!core.table().left_room.empty()) each_room([&](const Room& room) { rooms.push_back(room.name()); });
  AdminFeed* const feed = its_loop.io.feed();
  std::vector<std::string> rooms_left;
  if (feed != nullptr) each_room_name([&](std::string_view room) { rooms_left.emplace_back(room); });
  const std::size_t before = local->rooms.rooms();
  leave_all();
  its_loop.counters.rooms.subtract(before - local->rooms.rooms() + 1);
  if (SocketListeners* heard = listeners_if_any(); heard != nullptr && !heard->outgoing.empty()) off_any_outgoing();
  local->remove(*this);
  client->left(*this, by_server);
  client = nullptr;
  for (const std::string& room : rooms) tell_left(room);  // who is told can have it enter no room any more
  if (feed != nullptr) feed->disconnected(*this, reason, rooms_left);
  for (const auto& fn : core.table().disconnect) guarded(its_loop, "on_disconnect", [&] { (*fn)(*this, why); });
  fail_pending();
  if (SocketListeners* its = listeners_if_any()) its->gate.clear(its_loop.reactor);
  its_loop.bury(*this);
  core.maybe_forget();
}

// -- the public sio::Socket -------------------------------------------------------------------------------------------

std::string_view Socket::id() const noexcept { return ServerSocket::of(*this).sid(); }
bool Socket::connected() const noexcept { return ServerSocket::of(*this).client != nullptr; }
bool Socket::recovered() const noexcept { return ServerSocket::of(*this).was_recovered; }
Handle Socket::handle() const noexcept { return Handle(ServerSocket::of(*this).bits()); }
const Handshake& Socket::handshake() const noexcept { return ServerSocket::of(*this).handshake_; }
Namespace& Socket::nsp() const noexcept { return ServerSocket::of(*this).local->core.face(); }
eio::Socket* Socket::connection() const noexcept {
  Client* const client = ServerSocket::of(*this).client;
  return client == nullptr ? nullptr : &client->session;
}

void Socket::join(std::string_view room) { ServerSocket::of(*this).enter_room(room); }
void Socket::leave(std::string_view room) { ServerSocket::of(*this).leave_room(room); }
std::vector<std::string_view> Socket::rooms() const {
  std::vector<std::string_view> names;
  if (connected()) ServerSocket::of(*this).each_room_name([&](std::string_view room) { names.push_back(room); });
  return names;
}
bool Socket::in_room(std::string_view name) const {
  const ServerSocket& self = ServerSocket::of(*this);
  if (name == self.sid()) return connected() && self.in_own_room;
  const Room* room = self.local->rooms.find(name);
  return room != nullptr && self.is_in(*room);
}
Broadcast Socket::broadcast() const {
  return Broadcast(ServerSocket::of(*this).local->core.shared_from_this()).except(id());
}
Broadcast Socket::to(std::string_view room) const { return broadcast().to(room); }
Broadcast Socket::except(std::string_view room) const { return broadcast().except(room); }
void Socket::disconnect(bool close) { ServerSocket::of(*this).disconnect_from_server(close); }
json::View Socket::data() const noexcept { return ServerSocket::of(*this).data_text().view(); }
void Socket::put_data(json::Text data) {
  ServerSocket& self = ServerSocket::of(*this);
  self.set_data_text(std::move(data));
  if (AdminFeed* feed = self.loop().io.feed(); feed != nullptr && self.client != nullptr) feed->changed_data(self);
}

}  // namespace duplex::sio
