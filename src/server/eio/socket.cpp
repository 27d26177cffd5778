// SPDX-License-Identifier: MIT
// The public eio::Socket and eio::Handle: thin doors to the session.
#include "server/eio/session.h"

namespace duplex::eio {

std::string_view Socket::id() const noexcept { return Session::of(*this).sid(); }
Handle Socket::handle() const noexcept { return Handle(Session::of(*this).bits()); }
int Socket::protocol() const noexcept { return Session::of(*this).dialect().v3 ? 3 : 4; }
Transport Socket::transport() const noexcept { return Session::of(*this).transport_now(); }
const RequestInfo& Socket::handshake() const noexcept { return *Session::of(*this).handshake_info(); }
std::shared_ptr<const RequestInfo> Socket::handshake_pointer() const noexcept {
  return Session::of(*this).handshake_info();
}
const RequestInfo* Socket::current_request() const noexcept { return Session::of(*this).request_now(); }
Sent Socket::send(ws::Message message, SendOptions options) {
  return Session::of(*this).send_message(message, options);
}
bool Socket::is_open() const noexcept { return Session::of(*this).is_open_now(); }
bool Socket::is_writable() const noexcept { return Session::of(*this).can_take(); }
std::size_t Socket::buffered() const noexcept { return Session::of(*this).waiting_bytes(); }
void Socket::close(bool discard) { Session::of(*this).close_session(discard); }

void Handle::with(Function<void(Socket&)> fn) const {
  if (bits() == 0) return;
  net::Reactor::post_to(static_cast<int>(bits() >> 56), [bits = bits(), fn = std::move(fn)]() mutable {
    if (Session* session = Session::find(bits)) fn(*session);
  });
}

void Handle::send(ws::Message message, SendOptions options) const {
  with([text = message.is_text(), payload = std::string(message.text()), options](Socket& socket) {
    socket.send(text ? ws::Message(std::string_view(payload)) : ws::Message(std::as_bytes(std::span(payload))),
                options);
  });
}

void Handle::close() const {
  with([](Socket& socket) { socket.close(); });
}

}  // namespace duplex::eio
