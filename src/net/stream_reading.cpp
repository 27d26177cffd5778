// SPDX-License-Identifier: MIT
// How bytes rise: from the backend into the loop's one buffer, and from there to the stream's owner.
#include <cerrno>

#include "net/backend.h"
#include "net/reactor.h"
#include "net/tls_session.h"

namespace duplex::net {
namespace {

using namespace std::chrono_literals;

// What one stream may take of a turn; then the next one has its turn, and this one goes on in the next (an edge does
// not come twice).
constexpr std::size_t fair_bytes = 1024 * 1024;
constexpr auto fair_time = 5ms;

}  // namespace

void Reactor::read(Stream& stream) {
  std::size_t total = 0;
  const TimePoint begun = clock_;
  for (;;) {
    if (!stream.wants_input() || stream.aside_ != nullptr) return;
    const Bytes room = room_for(stream);
    if (stream.tls_ != nullptr && stream.tls_->peer_closed() && !stream.lingering_) return end_of_input(stream);
    const Io got = backend_->read(stream.descriptor_, room);
    if (got.error == EINTR) continue;
    if (got.error == EAGAIN || got.error == EWOULDBLOCK) {
      stream.more_to_read_ = false;
      return;
    }
    if (got.error != 0)
      return kill(stream, stream.lingering_ && stream.fin_sent_ ? CloseCause::local : CloseCause::reset);
    if (got.bytes == 0) {
      stream.more_to_read_ = false;
      return end_of_input(stream);
    }
    // A short read took everything; if more comes, so does another edge. The end comes with an edge of its own, too,
    // unless it has been announced already.
    const bool all = got.bytes < room.size() && !stream.peer_ended_;
    if (all) stream.more_to_read_ = false;
    received(stream, room.first(got.bytes));
    if (all) return;
    total += got.bytes;
    if (total >= fair_bytes || (total > room.size() && backend_->now() - begun >= fair_time)) return read_again(stream);
  }
}

// Where to read to: the loop's one buffer, or where the owner wants it.
Bytes Reactor::room_for(Stream& stream) {
  if (stream.in_place_ && stream.tls_ == nullptr && stream.owned_ && !stream.lingering_) {
    if (const Bytes room = stream.owner()->input_room(); !room.empty()) return room;
    stream.in_place_ = false;
  }
  return {read_buffer_.get(), options_.read_buffer};
}

void Reactor::received(Stream& stream, Bytes bytes) {
  if (stream.lingering_) return;
  if (stream.tls_ != nullptr) return received_encrypted(stream, bytes);
  hand_over(stream, bytes);
}

void Reactor::hand_over(Stream& stream, Bytes bytes) {
  if (StreamOwner* owner = stream.owner()) owner->on_bytes(bytes);
}

void Reactor::end_of_input(Stream& stream) {
  // Without close_notify, what arrived may be the beginning of what was sent (RFC 8446 §6.1).
  if (stream.tls_ != nullptr && !stream.tls_->peer_closed() && !stream.is_closing())
    return kill(stream, CloseCause::truncated);
  stream.read_done_ = true;
  if (stream.lingering_) return finish_close(stream);
  if (!stream.is_closing() && stream.owned_) stream.owner()->on_end();
}

void Reactor::read_again(Stream& stream) {
  if (stream.dead_ || stream.in_ready_) return;
  ready_.push_back(stream.handle_bits());
  stream.in_ready_ = true;
  stream.more_to_read_ = true;
}

void Reactor::put_aside(Stream& stream, ConstBytes rest) {
  if (stream.is_closing() || rest.empty()) return;
  // The end of what was put aside before, and is being looked at now, stays where it is.
  if (handing_ != nullptr && rest.data() + rest.size() == handing_->data() + handing_->size()) {
    handing_->consume(handing_->size() - rest.size());
    stream.aside_ = std::exchange(handing_, nullptr);
  } else {
    if (stream.aside_ == nullptr) stream.aside_ = take_buffer(rest.size() + padding);
    stream.aside_->append(rest);
  }
  const bool more = stream.more_to_read_;
  read_again(stream);
  stream.more_to_read_ = more;
}

}  // namespace duplex::net
