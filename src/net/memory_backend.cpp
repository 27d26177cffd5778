// SPDX-License-Identifier: MIT
#include "net/memory_backend.h"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "net/listener.h"

namespace duplex::net {

using namespace std::chrono_literals;

struct MemoryPipe {
  Buffer to_server, to_peer;
  std::size_t window = SIZE_MAX;
  int descriptor = -1;  // the server's, once accepted
  std::uint64_t token = 0;
  bool watched = false, output_watched = false, edge = false;
  bool server_full = false;  // a write was refused: room is news
  bool unanswered = false;   // the loop connects, and will do so for ever
  bool peer_finished = false, peer_reset = false;
  bool server_finished = false, server_closed = false, server_reset = false;

  std::size_t room() const noexcept { return window > to_peer.size() ? window - to_peer.size() : 0; }
};

// -- the far end -----------------------------------------------------------------------------------------------------

bool MemoryPeer::write(ConstBytes bytes) {
  if (closed() || pipe_->peer_finished || pipe_->peer_reset) return false;
  pipe_->to_server.append(bytes);
  backend_->edge(*pipe_);
  return true;
}

std::string MemoryPeer::read(std::size_t most) {
  if (!pipe_) return "";
  std::string text(pipe_->to_peer.text().substr(0, most));
  pipe_->to_peer.consume(text.size());
  if (pipe_->server_full && pipe_->room() != 0) backend_->edge(*pipe_);
  return text;
}

ConstBytes MemoryPeer::arrived() const { return pipe_ ? std::as_const(pipe_->to_peer).bytes() : ConstBytes(); }

void MemoryPeer::finish() {
  if (closed()) return;
  pipe_->peer_finished = true;
  backend_->edge(*pipe_);
}

void MemoryPeer::reset() {
  if (closed()) return;
  pipe_->peer_reset = true;
  backend_->edge(*pipe_);
}

void MemoryPeer::set_window(std::size_t bytes) {
  if (!pipe_) return;
  pipe_->window = bytes;
  if (pipe_->server_full && pipe_->room() != 0) backend_->edge(*pipe_);
}

bool MemoryPeer::ended() const { return !pipe_ || pipe_->server_finished || pipe_->server_closed; }
bool MemoryPeer::closed() const { return !pipe_ || pipe_->server_closed; }
bool MemoryPeer::was_reset() const { return pipe_ && pipe_->server_reset; }

// -- the near end ----------------------------------------------------------------------------------------------------

MemoryBackend::MemoryBackend() : clock_(std::chrono::hours(1)) {}

MemoryBackend::~MemoryBackend() {
  for (auto& pipe : pipes_) {
    if (pipe) pipe->server_closed = true;
  }
}

MemoryPeer MemoryBackend::connect(int port) {
  for (auto& listening : listening_) {
    if (!listening->open || (port != 0 && listening->address.port != port)) continue;
    listening->backlog.push_back(std::make_shared<MemoryPipe>());
    return {this, listening->backlog.back()};
  }
  return {};
}

MemoryBackend::Fault MemoryBackend::fault(Call call) {
  const std::uint64_t number = calls_[static_cast<std::size_t>(call)]++;
  return script_ ? script_(call, number) : Fault{};
}

void MemoryBackend::edge(MemoryPipe& pipe) {
  if (pipe.edge || !pipe.watched) return;
  pipe.edge = true;
  edges_.push_back(pipe.descriptor);
}

bool MemoryBackend::has_events() const {
  if (!edges_.empty()) return true;
  return std::any_of(listening_.begin(), listening_.end(),
                     [](auto& l) { return l->open && l->watched && !l->backlog.empty(); });
}

std::span<const Event> MemoryBackend::wait(std::chrono::milliseconds timeout) {
  if (timeout != 0ms && !has_events()) {
    const auto step = timeout < 0ms ? granted_ : std::min(timeout, granted_);
    clock_ += step;
    granted_ -= step;
  }
  events_.clear();
  for (auto& listening : listening_) {
    if (listening->open && listening->watched && !listening->backlog.empty()) {
      Event event;
      event.token = listening->token;
      event.readable = true;
      events_.push_back(event);
    }
  }
  edges_now_.swap(edges_);
  for (const int descriptor : edges_now_) {
    if (!pipes_[static_cast<std::size_t>(descriptor)]) continue;
    MemoryPipe& news = pipe(descriptor);
    if (!news.edge) continue;
    news.edge = false;
    if (!news.watched) continue;
    const bool end = news.peer_finished || news.peer_reset;
    const Event event{news.token, !news.to_server.empty() || end, news.output_watched && news.room() != 0, end,
                      news.peer_reset};
    if (event.readable || event.writable) events_.push_back(event);
  }
  edges_now_.clear();
  return events_;
}

Result<int> MemoryBackend::listen(Address& address, const ListenOptions& options) {
  if (address.kind != Address::Kind::unix_path && address.port == 0)
    address.port = 40'000 + static_cast<int>(listening_.size());
  for (auto& other : listening_) {
    if (other->open && !options.reuse_port && other->address.text() == address.text()) return Errc::address_in_use;
  }
  listening_.push_back(std::make_unique<Listening>());
  listening_.back()->address = address;
  return first_listener + static_cast<int>(listening_.size()) - 1;
}

Io MemoryBackend::accept(int listener) {
  if (const Fault f = fault(Call::accept); f.error != 0) return {0, f.error};
  Listening& from = listening(listener);
  if (from.backlog.empty()) return {0, EAGAIN};
  std::shared_ptr<MemoryPipe> next = std::move(from.backlog.front());
  from.backlog.pop_front();
  return {static_cast<std::size_t>(place(std::move(next))), 0};
}

int MemoryBackend::place(std::shared_ptr<MemoryPipe> pipe) {
  int descriptor;
  if (free_.empty()) {
    descriptor = static_cast<int>(pipes_.size());
    pipes_.emplace_back();
  } else {
    descriptor = free_.back();
    free_.pop_back();
  }
  pipe->descriptor = descriptor;
  pipes_[static_cast<std::size_t>(descriptor)] = std::move(pipe);
  return descriptor;
}

Io MemoryBackend::connect_to(const Address& address, std::chrono::milliseconds) {
  const int answer = dial_script_ ? dial_script_(address) : 0;
  if (answer != 0 && answer != EINPROGRESS) return {0, answer};
  auto pipe = std::make_shared<MemoryPipe>();
  pipe->unanswered = answer == EINPROGRESS;
  if (answer == 0) dialled_.push_back(pipe);
  return {static_cast<std::size_t>(place(std::move(pipe))), 0};
}

int MemoryBackend::connect_result(int descriptor) { return pipe(descriptor).unanswered ? EINPROGRESS : 0; }

MemoryPeer MemoryBackend::accept_dialled() {
  if (dialled_.empty()) return {};
  MemoryPeer peer(this, std::move(dialled_.front()));
  dialled_.pop_front();
  return peer;
}

bool MemoryBackend::watch_listener(int listener, std::uint64_t token) {
  listening(listener).token = token;
  return listening(listener).watched = true;
}
void MemoryBackend::ignore_listener(int listener) { listening(listener).watched = false; }

bool MemoryBackend::watch(int descriptor, std::uint64_t token) {
  MemoryPipe& to = pipe(descriptor);
  to.token = token;
  to.watched = true;
  edge(to);  // epoll tells the state that it finds
  return true;
}
bool MemoryBackend::watch_output(int descriptor, std::uint64_t) {
  pipe(descriptor).output_watched = true;
  edge(pipe(descriptor));
  return true;
}
void MemoryBackend::unwatch(int descriptor) {
  pipe(descriptor).watched = pipe(descriptor).output_watched = false;
  pipe(descriptor).edge = false;
}

Io MemoryBackend::read(int descriptor, Bytes into) {
  MemoryPipe& from = pipe(descriptor);
  const Fault f = fault(Call::read);
  if (f.error != 0) {
    edge(from);  // what is there has not gone away
    return {0, f.error};
  }
  if (from.peer_reset) return {0, ECONNRESET};
  if (from.to_server.empty()) return from.peer_finished ? Io{0, 0} : Io{0, EAGAIN};
  const std::size_t n = std::min({into.size(), from.to_server.size(), f.at_most});
  std::memcpy(into.data(), from.to_server.data(), n);
  from.to_server.consume(n);
  if (n < into.size() && (!from.to_server.empty() || from.peer_finished)) edge(from);
  return {n, 0};
}

Io MemoryBackend::send(int descriptor, std::span<const iovec> pieces, Follows) {
  MemoryPipe& to = pipe(descriptor);
  const Fault f = fault(Call::send);
  if (f.error == EAGAIN) edge(to);
  if (f.error != 0) return {0, f.error};
  if (to.peer_reset) return {0, ECONNRESET};
  std::size_t room = std::min(to.room(), f.at_most);
  to.server_full = room == 0;
  if (room == 0) return {0, EAGAIN};
  std::size_t sent = 0;
  for (const iovec& piece : pieces) {
    const std::size_t n = std::min(piece.iov_len, room - sent);
    to.to_peer.append(ConstBytes{static_cast<const std::byte*>(piece.iov_base), n});
    sent += n;
    if (n < piece.iov_len) {
      to.server_full = true;
      break;
    }
  }
  return {sent, 0};
}

void MemoryBackend::shutdown_write(int descriptor) { pipe(descriptor).server_finished = true; }

void MemoryBackend::close(int descriptor, bool reset) {
  if (descriptor >= first_listener) {
    Listening& closed = listening(descriptor);
    closed.open = false;
    for (auto& waiting : closed.backlog) waiting->server_closed = waiting->server_reset = true;
    closed.backlog.clear();
    return;
  }
  MemoryPipe& closed = pipe(descriptor);
  // As the kernel does: bytes that nobody read are answered by RST.
  closed.server_reset = reset || !closed.to_server.empty();
  closed.server_closed = true;
  closed.watched = false;
  pipes_[static_cast<std::size_t>(descriptor)].reset();
  free_.push_back(descriptor);
}

Address MemoryBackend::peer(int descriptor) { return {Address::Kind::v4, "127.0.0.1", 1024 + descriptor % 60'000}; }

// -- the loop --------------------------------------------------------------------------------------------------------

MemoryLoop::MemoryLoop(ReactorOptions options)
    : backend_(new MemoryBackend), reactor_(std::unique_ptr<Backend>(backend_), std::move(options)) {}

void MemoryLoop::run(MemoryBackend& backend, Reactor& reactor) {
  do reactor.turn();
  while (backend.has_events() || reactor.has_work());
}

void MemoryLoop::advance(MemoryBackend& backend, Reactor& reactor, std::chrono::milliseconds by) {
  run(backend, reactor);
  backend.granted_ = by;
  while (backend.granted_ > 0ms && !reactor.stopping()) reactor.turn();
  run(backend, reactor);
}

}  // namespace duplex::net
