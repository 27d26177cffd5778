// SPDX-License-Identifier: MIT
// The public faces of namespaces, broadcasts and adapters: thin doors to what is behind them.
#include <duplex/sio.h>

#include <cstring>

#include "server/sio/client.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {

void Selection::append(std::string_view bytes) {
  if (long_.empty() && short_size_ + bytes.size() <= short_capacity) {
    bytes.copy(short_ + short_size_, bytes.size());
    short_size_ = static_cast<std::uint8_t>(short_size_ + bytes.size());
    return;
  }
  if (long_.empty()) long_.assign(short_, short_size_);
  long_.append(bytes);
}

void Selection::add(char kind, std::string_view name) {
  (kind == '+' ? rooms_ : exceptions_) += 1;
  char head[2 + sizeof(std::uint32_t)] = {kind, static_cast<char>(name.size())};
  std::size_t size = 2;
  if (name.size() >= 0xFF) {
    const auto wide = static_cast<std::uint32_t>(name.size());
    head[1] = '\xFF';
    std::memcpy(head + 2, &wide, sizeof wide);
    size += sizeof wide;
  }
  append({head, size});
  append(name);
}

std::size_t Selection::parse(std::string_view packed, std::size_t at, std::size_t& size) noexcept {
  size = static_cast<unsigned char>(packed[at + 1]);
  if (size != 0xFF) return at + 2;
  std::uint32_t wide;
  std::memcpy(&wide, packed.data() + at + 2, sizeof wide);
  size = wide;
  return at + 2 + sizeof wide;
}

// -- Broadcast, RemoteSocket ------------------------------------------------------------------------------------------

void Broadcast::send_event(EventView event, const Flags& flags, Gather* gather) const {
  core_->emit(selection_, event, flags, gather);
}

void Broadcast::join(std::string_view room, Function<void()> done) const {
  core_->ask_join(selection_, room, flags_.local, std::move(done));
}
void Broadcast::leave(std::string_view room, Function<void()> done) const {
  core_->ask_leave(selection_, room, flags_.local, std::move(done));
}
void Broadcast::disconnect(bool close, Function<void()> done) const {
  core_->ask_disconnect(selection_, close, flags_.local, std::move(done));
}
void Broadcast::fetch(Function<void(std::vector<RemoteSocket>)> then) const {
  core_->ask_fetch(selection_, flags_.local, std::move(then));
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
  core_->set_up(
      [name, fn = std::make_shared<Bound>(std::move(handler))](HandlerTable& table) { table.events.add(name, fn); });
  return *this;
}
namespace {
template <class Signature>
void add_to(NamespaceCore& core, HandlerTable::List<Signature> HandlerTable::*list, Function<Signature>&& fn) {
  core.set_up([list, shared = std::make_shared<Function<Signature>>(std::move(fn))](HandlerTable& table) {
    (table.*list).push_back(shared);
  });
}
}  // namespace
Namespace& Namespace::on_connect(Function<void(Socket&)> fn) {
  add_to(*core_, &HandlerTable::connect, std::move(fn));
  return *this;
}
Namespace& Namespace::on_disconnecting(Function<void(Socket&, const Disconnect&)> fn) {
  add_to(*core_, &HandlerTable::disconnecting, std::move(fn));
  return *this;
}
Namespace& Namespace::on_disconnect(Function<void(Socket&, const Disconnect&)> fn) {
  add_to(*core_, &HandlerTable::disconnect, std::move(fn));
  return *this;
}
Namespace& Namespace::on_join_room(Function<void(Socket&, std::string_view)> fn) {
  add_to(*core_, &HandlerTable::joined_room, std::move(fn));
  return *this;
}
Namespace& Namespace::on_leave_room(Function<void(Socket&, std::string_view)> fn) {
  add_to(*core_, &HandlerTable::left_room, std::move(fn));
  return *this;
}
Namespace& Namespace::on_unhandled(Function<void(Socket&, std::string_view, json::View)> fn) {
  add_to(*core_, &HandlerTable::unhandled, std::move(fn));
  return *this;
}
Namespace& Namespace::on_server_side(Function<void(std::string_view, json::View)> fn) {
  add_to(*core_, &HandlerTable::server_side, std::move(fn));
  return *this;
}
Namespace& Namespace::add_middleware(Function<void(Handshake&, Admit)> middleware) {
  add_to(*core_, &HandlerTable::middlewares, std::move(middleware));
  return *this;
}
void Namespace::send_server_side(EventView event, Gather* gather) { core_->server_side_emit(event, gather); }

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
  const int slot = static_cast<int>(bits() >> 56);
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && here->slot() == slot) {
    IoLoop* const loop = IoLoop::here();
    ServerSocket* const socket = loop == nullptr ? nullptr : loop->find(bits());
    return socket == nullptr ? Sent::closed : socket->send(event, {}, nullptr);
  }
  bool posted = true;
  if (const int home = IoLoop::ordered_by(slot); home < 0) {
    posted = net::Reactor::post_to(slot, [bits = bits(), owned = OwnedEvent(event)] {
      IoLoop* const loop = IoLoop::here();
      if (ServerSocket* socket = loop == nullptr ? nullptr : loop->find(bits)) socket->send(owned.view(), {}, nullptr);
    });
  } else if (here != nullptr && here->slot() == home) {
    IoLoop::here()->io.send_located(bits(), event);
  } else {
    posted = net::Reactor::post_to(home, [bits = bits(), owned = OwnedEvent(event)] {
      if (IoLoop* loop = IoLoop::here()) loop->io.send_located(bits, owned.view());
    });
  }
  return posted ? Sent::queued : Sent::closed;
}

void Handle::disconnect(bool close) const {
  const int slot = static_cast<int>(bits() >> 56);
  const net::Reactor* here = net::Reactor::current();
  const int home = bits() == 0 ? -1 : IoLoop::ordered_by(slot);
  if (home < 0 || (here != nullptr && here->slot() == slot))
    return with([close](Socket& socket) { socket.disconnect(close); });
  auto from_home = [bits = bits(), slot, close] {  // behind what the calling thread has sent that way
    net::Reactor::post_to(slot, [bits, close] {
      IoLoop* const loop = IoLoop::here();
      if (ServerSocket* socket = loop == nullptr ? nullptr : loop->find(bits)) socket->disconnect_now(close);
    });
  };
  if (here != nullptr && here->slot() == home)
    from_home();
  else
    net::Reactor::post_to(home, from_home);
}

}  // namespace duplex::sio
