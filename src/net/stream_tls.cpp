// SPDX-License-Identifier: MIT
// How TLS lies between a stream and its loop: decrypted as it arrives, encrypted as it leaves.
#include <sys/uio.h>

#include <cerrno>
#include <string>

#include "net/backend.h"
#include "net/connector.h"
#include "net/reactor.h"
#include "net/tls.h"
#include "net/tls_session.h"
#include "net/tokens.h"

namespace duplex::net {
namespace {

using namespace std::chrono_literals;

constexpr auto handshake_limit = 10s;  // absolute, however slowly it goes on
constexpr std::size_t record = 16 * 1024;
// Encrypted bytes can no longer be dropped or conflated: for a reader that is slow, one record is enough.
constexpr std::size_t batch = 64 * 1024, slow_batch = 1;
constexpr std::size_t most_a_turn = 4 * 1024 * 1024;

}  // namespace

TlsIo& Reactor::tls_io() {
  if (!tls_io_) tls_io_ = std::make_unique<TlsIo>(options_.read_buffer);
  return *tls_io_;
}

void Reactor::begin_handshake(Stream& stream, Listener& listener) {
  stream.tls_ = new TlsSession(tls_io(), listener.options_.tls->contexts(), &listener);
  stream.tls_->handshake_timer = arm(handshake_limit, TimerKind::handshake, token::of(stream.handle_bits()));
}

// The side that connects speaks first. Its time is the connector's to limit.
void Reactor::begin_handshake(Stream& stream, std::unique_ptr<TlsSession> client) {
  stream.tls_ = client.release();
  tls_io_->in = {};
  tls_io_->out.clear();
  if (stream.tls_->handshake() == TlsSession::Progress::failed) return tls_failed(stream, "the handshake failed");
  keep_encrypted(stream);
}

// False: it goes on, or it has failed.
bool Reactor::shake_hands(Stream& stream) {
  TlsSession& tls = *stream.tls_;
  switch (tls.handshake()) {
    case TlsSession::Progress::waiting:
      return false;
    case TlsSession::Progress::failed:
      tls_failed(stream, "the handshake failed");
      return false;
    case TlsSession::Progress::done:
      break;
  }
  if (tls.handshake_timer != 0) timers_.cancel(std::exchange(tls.handshake_timer, 0));
  if (tls.is_client())
    connector_->shaken_hands(stream);
  else
    give_to(stream, *tls.listener());
  return !stream.dead_;
}

void Reactor::received_encrypted(Stream& stream, ConstBytes bytes) {
  TlsSession& tls = *stream.tls_;
  TlsIo& io = *tls_io_;
  io.in = bytes;
  io.out.clear();
  if (tls.handshaking() && !shake_hands(stream)) {
    if (!stream.dead_) keep_encrypted(stream);
    return;
  }
  const Bytes plain = tls.decrypt(now_);
  keep_encrypted(stream);
  if (!plain.empty()) hand_over(stream, plain);
  if (stream.dead_ || stream.tls_ != &tls) return;
  if (tls.failed()) return tls_failed(stream, "a record was refused");
  if (!tls.peer_closed()) return;
  if (stream.aside_ == nullptr && stream.wants_input())
    end_of_input(stream);
  else
    stream.more_to_read_ = true;  // the end comes after what was put aside
}

// What OpenSSL answered by itself: a part of the handshake, a ticket, a key update.
void Reactor::keep_encrypted(Stream& stream) {
  if (tls_io_->out.empty()) return;
  stream.tls_->pending.append(std::as_const(tls_io_->out).bytes());
  tls_io_->out.clear();
  outbox_of(stream);  // which carries the write timer
  written(stream);
}

void Reactor::tls_failed(Stream& stream, const char* what) {
  const bool ours = stream.tls_->is_client();
  std::string why = stream.tls_->why();
  if (ours && stream.tls_->handshaking())
    connector_->refused(stream, std::move(why));  // who asked for it is told
  else
    log(LogLevel::warning, "tls",
        (ours ? "connection to " : "connection from ") + stream.peer().text() + ": " + what + ": " + why);
  const ConstBytes alert = std::as_const(tls_io_->out).bytes();
  if (!alert.empty() && stream.tls_->pending.empty()) {
    const iovec piece{const_cast<std::byte*>(alert.data()), alert.size()};
    backend_->send(stream.descriptor_, {&piece, 1}, Follows::anything);  // if the kernel takes it
  }
  kill(stream, CloseCause::reset);
}

void Reactor::handshake_timed_out(Stream& stream) {
  stream.tls_->handshake_timer = 0;
  log(LogLevel::info, "tls", "connection from " + stream.peer().text() + ": the handshake took more than 10 s");
  kill(stream, CloseCause::aborted);
}

// False: the kernel takes no more; the rest is pending. Or the stream has died.
bool Reactor::send_encrypted(Stream& stream, Buffer& from, Follows follows) {
  TlsSession& tls = *stream.tls_;
  if (follows == Follows::end) stream.end_follows_ = true;
  while (!from.empty()) {
    const iovec piece{from.data(), from.size()};
    const Io sent = backend_->send(stream.descriptor_, {&piece, 1}, follows);
    if (sent.error == EINTR) continue;
    if (sent.error != 0) {
      if (&from != &tls.pending) tls.pending.append(std::as_const(from).bytes());
      outbox_of(stream);
      send_failed(stream, sent.error);
      return false;
    }
    from.consume(sent.bytes);
    if (stream.outbox_ != nullptr) stream.outbox_->last_progress = now_;
  }
  return true;
}

// False: the stream has died.
bool Reactor::flush_encrypted(Stream& stream) {
  TlsSession& tls = *stream.tls_;
  Buffer& out = tls_io_->out;
  if (!send_encrypted(stream, tls.pending, Follows::anything)) return !stream.dead_;
  tls.pending.release();
  if (tls.handshaking()) return true;
  std::byte* const apart = gather_buffer_.get();  // where pieces that lie apart become one record
  for (std::size_t total = 0; stream.outbox_ != nullptr && !stream.outbox_->empty();) {
    if (total >= most_a_turn) {
      written(stream);
      return true;
    }
    out.clear();
    while (!stream.outbox_->empty() && out.size() < (stream.slow_ ? slow_batch : batch)) {
      iovec pieces[16];
      const auto gathered = stream.outbox_->gather(pieces, {apart + record, record}, record);
      ConstBytes plain{static_cast<const std::byte*>(pieces[0].iov_base), pieces[0].iov_len};
      if (gathered.pieces > 1) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < gathered.pieces; size += pieces[i++].iov_len) {
          std::memcpy(apart + size, pieces[i].iov_base, pieces[i].iov_len);
        }
        plain = {apart, size};
      }
      if (!tls.encrypt(plain)) {
        kill(stream, CloseCause::reset);
        return false;
      }
      stream.outbox_->sent(gathered.bytes);
    }
    const bool last = stream.outbox_->empty() && stream.ends_when_sent();
    if (last) tls.close_notify();
    total += out.size();
    if (!send_encrypted(stream, out, last ? Follows::end : Follows::anything)) return !stream.dead_;
  }
  if (stream.ends_when_sent()) {  // and nothing went before
    out.clear();
    tls.close_notify();
    if (!send_encrypted(stream, out, Follows::end)) return !stream.dead_;
  }
  return true;
}

}  // namespace duplex::net
