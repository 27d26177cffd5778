// SPDX-License-Identifier: MIT
#include "server/sio/listeners.h"

#include <algorithm>

#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

SocketListeners& of(Socket& socket) { return ServerSocket::of(socket).listeners(); }

/// A namespace none of whose sockets listens to what leaves pays nothing for those who could.
void count_outgoing(ServerSocket& socket, int change) {
  socket.local->outgoing_listeners += static_cast<unsigned>(change);
  socket.local->core.outgoing_listeners.fetch_add(static_cast<unsigned>(change), std::memory_order_relaxed);
}

}  // namespace

ListenerId Socket::add_handler(std::string_view name, Bound handler, bool once) {
  SocketListeners& its = of(*this);
  its.own.push_back({its.next, std::string(name), std::make_shared<Bound>(std::move(handler)), once});
  return its.next++;
}
void Socket::off(std::string_view name) {
  std::erase_if(of(*this).own, [name](const auto& each) { return each.name == name; });
}
void Socket::off(ListenerId listener) {
  SocketListeners& its = of(*this);
  std::erase_if(its.own, [listener](const auto& each) { return each.id == listener; });
  std::erase_if(its.any, [listener](const auto& each) { return each.id == listener; });
  const auto gone = std::erase_if(its.outgoing, [listener](const auto& each) { return each.id == listener; });
  if (gone != 0 && connected()) count_outgoing(ServerSocket::of(*this), -1);
}

ListenerId Socket::on_any(AnyListener fn) {
  SocketListeners& its = of(*this);
  its.any.push_back({its.next, std::make_shared<AnyListener>(std::move(fn))});
  return its.next++;
}
ListenerId Socket::prepend_any(AnyListener fn) {
  SocketListeners& its = of(*this);
  its.any.insert(its.any.begin(), {its.next, std::make_shared<AnyListener>(std::move(fn))});
  return its.next++;
}
void Socket::off_any() { of(*this).any.clear(); }

ListenerId Socket::on_any_outgoing(AnyListener fn) {
  SocketListeners& its = of(*this);
  its.outgoing.push_back({its.next, std::make_shared<AnyListener>(std::move(fn))});
  if (connected()) count_outgoing(ServerSocket::of(*this), 1);
  return its.next++;
}
ListenerId Socket::prepend_any_outgoing(AnyListener fn) {
  const ListenerId id = on_any_outgoing(std::move(fn));
  auto& all = of(*this).outgoing;
  std::rotate(all.begin(), all.end() - 1, all.end());
  return id;
}
void Socket::off_any_outgoing() {
  auto& all = of(*this).outgoing;
  if (connected()) count_outgoing(ServerSocket::of(*this), -static_cast<int>(all.size()));
  all.clear();
}

void Socket::add_middleware(Function<Admission(const Incoming&)> middleware) {
  of(*this).gate.add({std::move(middleware), {}});
}
void Socket::add_middleware(Function<void(const Incoming&, Admit)> middleware) {
  of(*this).gate.add({{}, std::move(middleware)});
}
void Socket::on_error(Function<void(std::string_view)> fn) {
  of(*this).errors.push_back(std::make_shared<Function<void(std::string_view)>>(std::move(fn)));
}

}  // namespace duplex::sio
