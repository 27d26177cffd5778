// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <unistd.h>

#include <cerrno>
#include <string>

#include "net/backend.h"
#include "net/reactor.h"
#include "net/tls.h"
#include "net/tls_session.h"
#include "net/tokens.h"

namespace duplex::net {

using namespace std::chrono_literals;

namespace {
constexpr int most_handshakes = 1024;  // in the whole process; who comes then waits in the backlog
}

Result<Listener*> Reactor::listen(const Address& address, ListenOptions options, Function<void(Stream&)> on_accept) {
  options.write_timeout = options_.write_timeout;
  std::unique_ptr<Listener> listener(new Listener(*this, std::move(options), std::move(on_accept)));
  listener->index_ = static_cast<std::uint32_t>(listeners_.size());
  if (address.kind == Address::Kind::localhost) {
    Address v4{Address::Kind::v4, "127.0.0.1", address.port};
    if (auto opened = open_socket(*listener, v4); !opened) return Unexpected(opened.error());
    // A machine without IPv6 still has a localhost; one where ::1 is taken by somebody else has an address in use.
    Address v6{Address::Kind::v6, "::1", listener->sockets_.front().address.port};
    auto opened = open_socket(*listener, v6);
    if (!opened && opened.error() == Errc::address_in_use) {
      close_listener(*listener, false);
      return Unexpected(opened.error());
    }
  } else if (auto opened = open_socket(*listener, address); !opened) {
    return Unexpected(opened.error());
  }
  listeners_.push_back(std::move(listener));
  return listeners_.back().get();
}

Result<void> Reactor::open_socket(Listener& listener, Address address) {
  auto descriptor = backend_->listen(address, listener.options_);
  if (!descriptor) return descriptor.error();
  const std::size_t index = listener.sockets_.size();
  if (!backend_->watch_listener(*descriptor, token::listener(listener.index_, index))) {
    backend_->close(*descriptor, false);
    return std::error_code(errno, std::system_category());
  }
  listener.sockets_.push_back({std::move(address), *descriptor});
  return {};
}

void Reactor::accept(Listener& listener, std::size_t socket) {
  for (int i = 0; i < listener.options_.accepts_per_turn; ++i) {
    if (listener.closed_) return;  // on_accept may have closed it
    if (options_.connections->load(std::memory_order_relaxed) >= options_.max_connections) {
      log(LogLevel::warning, "net", "as many connections as allowed are open: new ones wait");
      return pause_accepting(listener, socket, 100ms);
    }
    // Half handshakes are cheap to send and dear to answer.
    if (listener.options_.tls && TlsSession::handshakes() >= most_handshakes)
      return pause_accepting(listener, socket, 20ms);
    const Io got = backend_->accept(listener.sockets_[socket].descriptor);
    switch (got.error) {
      case 0:
        break;
      case EAGAIN:
        return;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        // Level-triggered, it would be told again at once, and burn a core: those who wait are looked at a little
        // later.
        log(LogLevel::error, "net",
            got.error == EMFILE || got.error == ENFILE ? "out of file descriptors: new connections wait"
                                                       : "the kernel is out of memory: new connections wait");
        return pause_accepting(listener, socket, 100ms);
      default:
        continue;  // that connection is gone already, or its network has trouble: accept(2)
    }
    accepted(listener, static_cast<int>(got.bytes));
  }
}

void Reactor::accepted(Listener& listener, int descriptor) {
  Stream* stream = open(descriptor);
  if (stream == nullptr) return;
  in_memory([&] { listener.options_.tls ? begin_handshake(*stream, listener) : give_to(*stream, listener); }, stream);
}

void Reactor::give_to(Stream& stream, Listener& listener) {
  doing("accepting a connection");
  listener.on_accept_(stream);
  if (stream.owner() == nullptr) kill(stream, CloseCause::aborted);
}

void Reactor::pause_accepting(Listener& listener, std::size_t socket, std::chrono::milliseconds delay) {
  Listener::Socket& paused = listener.sockets_[socket];
  if (paused.paused) return;
  const bool will_look = in_memory([&] {
    after(delay, [this, &listener, socket] {  // listeners live as long as the loop
      if (listener.closed_) return;
      Listener::Socket& again = listener.sockets_[socket];
      again.paused = !backend_->watch_listener(again.descriptor, token::listener(listener.index_, socket));
      if (again.paused) {
        again.paused = false;
        pause_accepting(listener, socket, 100ms);
      }
    });
  });
  if (!will_look) return;  // it is told again at once, which is better than never
  paused.paused = true;
  backend_->ignore_listener(paused.descriptor);
}

void Reactor::close_listener(Listener& listener, bool drain) {
  if (listener.closed_) return;
  // A client whose connection the kernel has completed has been promised a server: it gets one.
  for (std::size_t i = 0; drain && !listener.options_.inherited && i < listener.sockets_.size(); ++i) {
    for (int n = 0; n < listener.options_.backlog && !listener.sockets_[i].paused; ++n) {
      const Io got = backend_->accept(listener.sockets_[i].descriptor);
      if (got.error == EINTR || got.error == ECONNABORTED) continue;
      if (got.error != 0) break;
      accepted(listener, static_cast<int>(got.bytes));
    }
  }
  listener.closed_ = true;
  for (Listener::Socket& socket : listener.sockets_) {
    backend_->close(std::exchange(socket.descriptor, -1), false);
    if (socket.address.kind == Address::Kind::unix_path && backend_->of_kernel() && listener.options_.descriptor < 0) {
      ::unlink(socket.address.host.c_str());
    }
  }
}

void Reactor::close_listeners() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) close_listener(*listeners_[i], true);
}

void Listener::close() { reactor_.close_listener(*this, true); }

}  // namespace duplex::net
