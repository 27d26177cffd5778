// SPDX-License-Identifier: MIT
// The public faces of namespaces, broadcasts and adapters: thin doors to what is behind them.
#include <duplex/sio.h>

#include <cstring>

#include "server/sio/client.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {

void Selection::add(char kind, std::string_view name) {
  (kind == '+' ? rooms_ : exceptions_) += 1;
  packed_.push_back(kind);
  if (name.size() < 0xFF) {
    packed_.push_back(static_cast<char>(name.size()));
  } else {
    const auto size = static_cast<std::uint32_t>(name.size());
    char bytes[sizeof size];
    std::memcpy(bytes, &size, sizeof size);
    packed_.push_back('\xFF');
    packed_.append(bytes, sizeof size);
  }
  packed_.append(name);
}

std::size_t Selection::parse(std::size_t at, std::size_t& size) const noexcept {
  size = static_cast<unsigned char>(packed_[at + 1]);
  if (size != 0xFF) return at + 2;
  std::uint32_t wide;
  std::memcpy(&wide, packed_.data() + at + 2, sizeof wide);
  size = wide;
  return at + 2 + sizeof wide;
}

// -- Broadcast, RemoteSocket ------------------------------------------------------------------------------------------

void Broadcast::send_event(EventView event, const Flags& flags, Gather* gather) const {
  core_->emit(selection_, event, flags, gather);
}

namespace {
/// A parent's sockets are its children's.
template <class Act>
void on_each(NamespaceCore& core, Function<void()> done, Act act) {
  if (!core.is_parent()) return act(core, std::move(done));
  for (const auto& child : core.children()) act(*child, {});
  if (done) done();
}
}  // namespace

void Broadcast::join(std::string_view room, Function<void()> done) const {
  on_each(*core_, std::move(done), [&](NamespaceCore& core, Function<void()> then) {
    if (flags_.local)
      core.join(selection_, room, std::move(then));
    else
      core.adapter().join(selection_, room, std::move(then));
  });
}
void Broadcast::leave(std::string_view room, Function<void()> done) const {
  on_each(*core_, std::move(done), [&](NamespaceCore& core, Function<void()> then) {
    if (flags_.local)
      core.leave(selection_, room, std::move(then));
    else
      core.adapter().leave(selection_, room, std::move(then));
  });
}
void Broadcast::disconnect(bool close, Function<void()> done) const {
  on_each(*core_, std::move(done), [&](NamespaceCore& core, Function<void()> then) {
    if (flags_.local)
      core.disconnect(selection_, close, std::move(then));
    else
      core.adapter().disconnect(selection_, close, std::move(then));
  });
}
void Broadcast::fetch(Function<void(std::vector<RemoteSocket>)> then) const {
  if (core_->is_parent()) return then({});
  if (flags_.local)
    core_->fetch(selection_, std::move(then));
  else
    core_->adapter().fetch(selection_, std::move(then));
}

Broadcast detail::broadcast_to(const std::shared_ptr<NamespaceCore>& core, std::string_view room) {
  return Broadcast(core).to(room);
}
void RemoteSocket::join(std::string_view room) const { Broadcast(core_).to(id).join(room); }
void RemoteSocket::leave(std::string_view room) const { Broadcast(core_).to(id).leave(room); }
void RemoteSocket::disconnect(bool close) const { Broadcast(core_).to(id).disconnect(close); }

// -- Adapter ----------------------------------------------------------------------------------------------------------

void OwnSockets::broadcast(const Selection& to, EventView event, const Flags& flags) {
  if (const auto core = core_.lock()) core->cast(to, event, flags, nullptr);
}
void OwnSockets::broadcast(const Selection& to, EventView event, const Flags& flags, Gather gather) {
  if (const auto core = core_.lock()) core->cast(to, event, flags, &gather);
}
void OwnSockets::join(const Selection& who, std::string_view room, Function<void()> done) {
  if (const auto core = core_.lock()) core->join(who, room, std::move(done));
}
void OwnSockets::leave(const Selection& who, std::string_view room, Function<void()> done) {
  if (const auto core = core_.lock()) core->leave(who, room, std::move(done));
}
void OwnSockets::disconnect(const Selection& who, bool close, Function<void()> done) {
  if (const auto core = core_.lock()) core->disconnect(who, close, std::move(done));
}
void OwnSockets::fetch(const Selection& who, Function<void(std::vector<RemoteSocket>)> then) {
  if (const auto core = core_.lock()) core->fetch(who, std::move(then));
}
void OwnSockets::heard(std::string_view name, json::View arguments) {
  if (const auto core = core_.lock()) core->heard(name, arguments);
}

Adapter::~Adapter() = default;
void Adapter::broadcast(const Selection& to, EventView event, const Flags& flags) { own_.broadcast(to, event, flags); }
void Adapter::broadcast(const Selection& to, EventView event, const Flags& flags, Gather gather) {
  own_.broadcast(to, event, flags, std::move(gather));
}
void Adapter::join(const Selection& who, std::string_view room, Function<void()> done) {
  own_.join(who, room, std::move(done));
}
void Adapter::leave(const Selection& who, std::string_view room, Function<void()> done) {
  own_.leave(who, room, std::move(done));
}
void Adapter::disconnect(const Selection& who, bool close, Function<void()> done) {
  own_.disconnect(who, close, std::move(done));
}
void Adapter::fetch(const Selection& who, Function<void(std::vector<RemoteSocket>)> then) {
  own_.fetch(who, std::move(then));
}
void Adapter::server_side_emit(EventView, Gather* gather) {
  if (gather != nullptr && gather->then) gather->then({});
}

// -- Namespace, Io ----------------------------------------------------------------------------------------------------

std::string_view Namespace::name() const noexcept { return core_->name(); }
Broadcast Namespace::all() { return Broadcast(core_->shared_from_this()); }

Namespace& Namespace::add_handler(std::string_view name, Bound handler) {
  core_->table().events[std::string(name)].push_back(std::move(handler));
  return *this;
}
Namespace& Namespace::on_connect(Function<void(Socket&)> fn) {
  core_->table().connect.push_back(std::move(fn));
  return *this;
}
Namespace& Namespace::on_disconnecting(Function<void(Socket&, const Disconnect&)> fn) {
  core_->table().disconnecting.push_back(std::move(fn));
  return *this;
}
Namespace& Namespace::on_disconnect(Function<void(Socket&, const Disconnect&)> fn) {
  core_->table().disconnect.push_back(std::move(fn));
  return *this;
}
Namespace& Namespace::on_unhandled(Function<void(Socket&, std::string_view, json::View)> fn) {
  core_->table().unhandled.push_back(std::move(fn));
  return *this;
}
Namespace& Namespace::on_server_side(Function<void(std::string_view, json::View)> fn) {
  core_->table().server_side.push_back(std::move(fn));
  return *this;
}
Namespace& Namespace::add_middleware(Function<void(Handshake&, Admit)> middleware) {
  core_->table().middlewares.push_back(std::move(middleware));
  return *this;
}
void Namespace::send_server_side(EventView event, Gather* gather) {
  if (!core_->is_parent()) return core_->adapter().server_side_emit(event, gather);
  for (const auto& child : core_->children()) child->adapter().server_side_emit(event, nullptr);
}

Namespace& Io::of(std::string_view path) { return io_.of(path)->face(); }
Namespace& Io::of(Matching matching) { return io_.of(std::move(matching))->face(); }
Io& Io::on_new_namespace(Function<void(Namespace&)> fn) {
  io_.on_new_namespace(std::move(fn));
  return *this;
}
Stats Io::stats() const { return io_.stats(); }

// -- Handle, Ack ------------------------------------------------------------------------------------------------------

void Handle::with(Function<void(Socket&)> fn) const {
  if (bits() == 0) return;
  auto run = [bits = bits(), fn = std::move(fn)]() mutable {
    IoLoop* const loop = IoLoop::here();
    if (ServerSocket* socket = loop == nullptr ? nullptr : loop->find(bits)) fn(*socket);
  };
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && static_cast<std::uint64_t>(here->slot()) == bits() >> 56)
    return Function<void()>(std::move(run))();
  net::Reactor::post_to(static_cast<int>(bits() >> 56), std::move(run));
}

Sent Handle::send_event(EventView event) const {
  if (bits() == 0) return Sent::closed;
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && static_cast<std::uint64_t>(here->slot()) == bits() >> 56) {
    IoLoop* const loop = IoLoop::here();
    ServerSocket* const socket = loop == nullptr ? nullptr : loop->find(bits());
    return socket == nullptr ? Sent::closed : socket->send(event, {}, nullptr);
  }
  const bool posted = net::Reactor::post_to(static_cast<int>(bits() >> 56), [bits = bits(), owned = OwnedEvent(event)] {
    IoLoop* const loop = IoLoop::here();
    if (ServerSocket* socket = loop == nullptr ? nullptr : loop->find(bits)) socket->send(owned.view(), {}, nullptr);
  });
  return posted ? Sent::queued : Sent::closed;
}

void Handle::disconnect(bool close) const {
  with([close](Socket& socket) { socket.disconnect(close); });
}

}  // namespace duplex::sio
