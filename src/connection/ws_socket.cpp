// SPDX-License-Identifier: MIT
// The public ws::Socket and ws::Handle: thin doors to the connection. (Rooms are the server's: see server/ws/hub.cpp.)
#include <cstring>

#include "connection/ws_connection.h"
#include "net/reactor.h"

namespace duplex::ws {

Sent Socket::send(Message message, SendOptions options) {
  return WsConnection::of(*this).send_message(message, options);
}
void Socket::close(std::uint16_t code, std::string_view reason) { WsConnection::of(*this).start_closing(code, reason); }
void Socket::terminate() { WsConnection::of(*this).terminate_now(); }
void Socket::ping(std::string_view payload) { WsConnection::of(*this).send_ping(as_bytes(payload)); }
Handle Socket::handle() const noexcept { return Handle(WsConnection::of(*this).stream().handle_bits()); }
std::size_t Socket::buffered_amount() const noexcept { return WsConnection::of(*this).stream().buffered(); }
std::uint64_t Socket::dropped() const noexcept { return WsConnection::of(*this).dropped(); }
std::string_view Socket::protocol() const noexcept { return WsConnection::of(*this).protocol(); }
std::string Socket::peer() const { return WsConnection::of(*this).stream().peer().text(); }
std::optional<std::chrono::microseconds> Socket::round_trip() const noexcept {
  return WsConnection::of(*this).round_trip();
}
void Socket::put_data(void* value, const void* type, void (*destroy)(void*) noexcept) {
  WsConnection::of(*this).put_data(value, type, destroy);
}
void* Socket::get_data(const void* type) const noexcept { return WsConnection::of(*this).get_data(type); }

namespace {

/// The open WebSocket of these bits on the calling thread's loop, or null.
WsConnection* find_here(std::uint64_t bits) noexcept {
  net::Reactor* here = net::Reactor::current();
  net::Stream* stream = here == nullptr ? nullptr : here->find(bits);
  if (stream == nullptr || stream->owner() == nullptr) return nullptr;
  auto* connection = static_cast<WsConnection*>(stream->owner());  // a ws::Handle is only given by a WsConnection
  return connection->is_open() ? connection : nullptr;
}

bool is_here(std::uint64_t bits) noexcept {
  const net::Reactor* here = net::Reactor::current();
  return here != nullptr && static_cast<std::uint64_t>(here->slot()) == bits >> 56;
}

}  // namespace

Sent Handle::send(Message message) const {
  if (bits() == 0) return Sent::closed;
  if (is_here(bits())) {
    WsConnection* connection = find_here(bits());
    return connection == nullptr ? Sent::closed : connection->send_message(message, {});
  }
  const bool posted = net::Reactor::post_to(
      static_cast<int>(bits() >> 56), [bits = bits(), text = message.is_text(), payload = std::string(message.text())] {
        if (WsConnection* connection = find_here(bits))
          connection->send_message(text ? Message(std::string_view(payload)) : Message(as_bytes(payload)), {});
      });
  return posted ? Sent::queued : Sent::closed;
}

void Handle::close(std::uint16_t code, std::string_view reason) const {
  with([code, reason = std::string(reason)](Socket& socket) { socket.close(code, reason); });
}

void Handle::with(Function<void(Socket&)> fn) const {
  if (bits() == 0) return;
  if (is_here(bits())) {
    if (WsConnection* connection = find_here(bits())) connection->run(fn);
    return;
  }
  net::Reactor::post_to(static_cast<int>(bits() >> 56), [bits = bits(), fn = std::move(fn)]() mutable {
    if (WsConnection* connection = find_here(bits)) connection->run(fn);
  });
}

}  // namespace duplex::ws
