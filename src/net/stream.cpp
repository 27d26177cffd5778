// SPDX-License-Identifier: MIT
#include "net/stream.h"

#include <unistd.h>

#include <utility>

#include "net/backend.h"
#include "net/reactor.h"
#include "net/tls_session.h"
#include "net/tokens.h"

namespace duplex::net {

std::uint64_t Stream::handle_bits() const noexcept {
  const Reactor& loop = reactor();
  return token::stream(static_cast<std::uint64_t>(loop.slot()) & 0xff, loop.slab_.generation(slot()), slot());
}

// -- reading ---------------------------------------------------------------------------------------------------------

void Stream::pause_reading() noexcept { paused_ = true; }

void Stream::resume_reading() noexcept {
  if (!paused_) return;
  paused_ = false;
  reactor().read_again(*this);
}

void Stream::put_aside(ConstBytes rest) { reactor().put_aside(*this, rest); }

std::size_t Stream::buffered_by_tls() const noexcept { return tls_->pending.size(); }

void Stream::tell_when_down_to(std::size_t bytes) noexcept {
  if (outbox_ == nullptr) return;
  slow_ = true;
  outbox_->drain_at = bytes;
}

// -- ending ----------------------------------------------------------------------------------------------------------

void Stream::shutdown_write() {
  if (dead_ || closing_) return;
  fin_wanted_ = true;
  reactor().written(*this);
}

void Stream::close() {
  if (is_closing()) return;
  closing_ = true;
  reactor().written(*this);
}

void Stream::close_lingering(std::chrono::milliseconds flush_limit) {
  if (is_closing()) return;
  if (read_done_) {  // nothing can arrive any more
    if (flush_limit.count() > 0) set_deadline(flush_limit);
    return close();
  }
  closing_ = lingering_ = fin_wanted_ = true;
  if (aside_ != nullptr) reactor().give_back(std::exchange(aside_, nullptr));
  paused_ = held_ = false;
  reactor().clear_deadline(*this);
  if (flush_limit.count() > 0 && outbox_ != nullptr) reactor().set_deadline(*this, flush_limit);
  reactor().written(*this);
  reactor().read_again(*this);
}

void Stream::abort(bool reset) { reactor().kill(*this, CloseCause::aborted, reset); }

// -- time ------------------------------------------------------------------------------------------------------------

void Stream::set_deadline(std::chrono::milliseconds delay) {
  if (!dead_ && !lingering_) reactor().set_deadline(*this, delay);
}
void Stream::clear_deadline() noexcept {
  if (!dead_ && !lingering_) reactor().clear_deadline(*this);
}

// -- who is there ----------------------------------------------------------------------------------------------------

Address Stream::peer() const { return descriptor_ >= 0 ? reactor().backend_->peer(descriptor_) : Address{}; }

DetachedStream Stream::detach(ConstBytes unread) {
  DetachedStream detached;
  if (dead_) return detached;
  detached.of_kernel_ = reactor().backend_->of_kernel();
  detached.peer_ended_ = peer_ended_;
  detached.tls_ = std::exchange(tls_, nullptr);
  detached.unread_.append(unread);
  if (aside_ != nullptr) detached.unread_.append(std::as_const(*aside_).bytes());
  detached.descriptor_ = std::exchange(descriptor_, -1);
  reactor().backend_->unwatch(detached.descriptor_);
  owned_ = false;
  reactor().kill(*this, CloseCause::local);
  return detached;
}

DetachedStream::DetachedStream(DetachedStream&& o) noexcept
    : descriptor_(std::exchange(o.descriptor_, -1)),
      of_kernel_(o.of_kernel_),
      peer_ended_(o.peer_ended_),
      tls_(std::exchange(o.tls_, nullptr)),
      unread_(std::move(o.unread_)) {}

DetachedStream& DetachedStream::operator=(DetachedStream&& o) noexcept {
  std::swap(descriptor_, o.descriptor_);
  std::swap(of_kernel_, o.of_kernel_);
  std::swap(peer_ended_, o.peer_ended_);
  std::swap(tls_, o.tls_);
  std::swap(unread_, o.unread_);
  return *this;
}

DetachedStream::~DetachedStream() {
  if (descriptor_ >= 0 && of_kernel_) ::close(descriptor_);
  delete tls_;
}

}  // namespace duplex::net
