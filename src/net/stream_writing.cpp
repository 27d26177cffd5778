// SPDX-License-Identifier: MIT
// How bytes descend: into the stream's outbox, and from there to the backend, once a turn.
#include <algorithm>
#include <cerrno>

#include "net/backend.h"
#include "net/reactor.h"
#include "net/send_batch.h"
#include "net/tokens.h"

namespace duplex::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_at_once = 1024 * 1024;
constexpr std::size_t most_a_turn = 4 * 1024 * 1024;

}  // namespace

// -- into the outbox -------------------------------------------------------------------------------------------------

Outbox& Reactor::outbox_of(Stream& stream) {
  if (stream.outbox_ == nullptr) {
    if (outboxes_.empty()) {
      stream.outbox_ = new_outbox();
    } else {
      stream.outbox_ = outboxes_.back().release();
      outboxes_.pop_back();
    }
    stream.outbox_->notice_above = std::min(options_.soft_limit, options_.hard_limit);
    outboxes_wanted_ = std::max(outboxes_wanted_, outboxes_made_ - outboxes_.size());
  }
  return *stream.outbox_;
}

Outbox* Reactor::new_outbox() {
  // Giving it back must not want memory.
  if (outboxes_.capacity() <= outboxes_made_) outboxes_.reserve(2 * outboxes_made_);
  if (outboxes_made_ >= kept_outboxes && !trimming_outboxes_) {
    after(1s, [this] { trim_outboxes(); });
    trimming_outboxes_ = true;
  }
  auto* const outbox = new Outbox(large_buffers_);
  ++outboxes_made_;
  return outbox;
}

// A broadcast wants one for each member, again and again: what was wanted at once during the last second is kept.
void Reactor::trim_outboxes() {
  const std::size_t kept = std::max(kept_outboxes, outboxes_wanted_);
  while (outboxes_made_ > kept && !outboxes_.empty()) {
    outboxes_.pop_back();
    --outboxes_made_;
  }
  outboxes_wanted_ = outboxes_made_ - outboxes_.size();
  trimming_outboxes_ = false;
  if (outboxes_made_ <= kept_outboxes) return;
  trimming_outboxes_ = in_memory([this] { after(1s, [this] { trim_outboxes(); }); });
}

void Reactor::give_back_outbox(Stream& stream) {
  std::unique_ptr<Outbox> outbox(std::exchange(stream.outbox_, nullptr));
  if (outbox->write_timer != 0) timers_.cancel(std::exchange(outbox->write_timer, 0));
  outbox->clear();
  outbox->drain_at = 0;
  outboxes_.push_back(std::move(outbox));
}

Outbox& Stream::take_outbox() { return reactor().outbox_of(*this); }

void Stream::look_at_outbox() { reactor().note_fill(*this); }

void Stream::write(ConstBytes bytes) {
  if (bytes.empty()) return;
  write([bytes](Buffer& out) { out.append(bytes); });
}

void Stream::write(const Slice& slice, EntryOptions options) {
  if (is_closing() || fin_wanted_ || slice.size() == 0) return;
  Outbox& outbox = reactor().outbox_of(*this);
  if (blocked_ && slice.block->is_joined()) {  // as `Outbox::keep_own_copies`, at once
    outbox.inline_run(options).append(slice.bytes());
    outbox.appended(slice.size());
  } else {
    outbox.append(slice, options);
  }
  reactor().note_fill(*this);
}

void Stream::write_large(ConstBytes header, ConstBytes payload, EntryOptions options) {
  if (is_closing() || fin_wanted_) return;
  std::size_t gone = 0;
  if (outbox_ == nullptr && !blocked_ && tls_ == nullptr) {
    const iovec pieces[] = {{const_cast<std::byte*>(header.data()), header.size()},
                            {const_cast<std::byte*>(payload.data()), payload.size()}};
    const Io sent = reactor().backend_->send(descriptor_, pieces, Follows::anything);
    // An error is met again, and handled, at the end of the turn: our caller may be in the middle of something.
    gone = sent.error == 0 ? sent.bytes : 0;
  }
  const ConstBytes rest_of_header = header.subspan(std::min(gone, header.size()));
  const ConstBytes rest = payload.subspan(gone - (header.size() - rest_of_header.size()));
  const std::size_t waiting = rest_of_header.size() + rest.size();
  if (waiting == 0) return;
  Outbox& outbox = take_outbox();
  Buffer& run = outbox.large_run(waiting, gone == 0 ? options : EntryOptions());
  run.append(rest_of_header);
  run.append(rest);
  outbox.appended(waiting);
  look_at_outbox();
}

void Reactor::note_fill(Stream& stream) {
  const std::size_t waiting = stream.outbox_->bytes();
  if (waiting > options_.soft_limit && !stream.slow_) stream.tell_when_down_to(options_.soft_limit / 2);
  // A peer that does not read its answers is not asked for more questions.
  if (waiting > options_.hard_limit) stream.held_ = true;
  written(stream);
}

void Reactor::written(Stream& stream) {
  if (stream.in_written_ || stream.blocked_ || stream.dead_) return;
  written_.push_back(&stream);
  stream.in_written_ = true;
}

// -- out of it -------------------------------------------------------------------------------------------------------

void Reactor::flush_written_streams() {
  if (written_.empty()) return;
  written_now_.swap(written_);
  const bool many = written_now_.size() > 1;
  for (Stream* stream : written_now_) {
    stream->in_written_ = false;
    if (stream->dead_) continue;
    if (many && stream->tls_ == nullptr && stream->outbox_ != nullptr && !stream->outbox_->empty()) {
      gather(*stream);
    } else {
      if (stream->tls_ != nullptr) send_batch();  // a record is put together where the batch may have its pieces
      in_memory([&] { flush(*stream); }, stream);
    }
  }
  send_batch();
  written_now_.clear();
  blocks_.end_turn();
  // After everybody's bytes are out: what these write goes with the next turn.
  for (Stream* stream : drained_) {
    if (!stream->is_closing() && stream->owned_) in_memory([&] { stream->owner()->on_drain(); }, stream);
  }
  drained_.clear();
}

void Reactor::gather(Stream& stream) {
  SendBatch& batch = *batch_;
  // Small pieces lie apart: there must be room for them to become one, or it would take several sends.
  const std::size_t apart = stream.outbox_->entries() > 1 ? std::min(stream.outbox_->bytes(), gather_size) : 0;
  if (batch.full() || gather_size - batch.copied < apart) send_batch();
  const std::span<iovec> room = std::span(batch.pieces).subspan(batch.pieces_used, SendBatch::most_pieces);
  const Bytes scratch{gather_buffer_.get() + batch.copied, gather_size - batch.copied};
  const auto gathered = stream.outbox_->gather(room, scratch, most_at_once);
  batch.streams[batch.count] = &stream;
  batch.sendings[batch.count++] = {stream.descriptor_, room.first(gathered.pieces),
                                   what_follows(stream, gathered.bytes)};
  batch.pieces_used += gathered.pieces;
  batch.copied += gathered.copied;
}

// The last bytes of a stream that ends.
Follows Reactor::what_follows(Stream& stream, std::size_t bytes) noexcept {
  if (!stream.ends_when_sent() || bytes != stream.outbox_->bytes()) return Follows::anything;
  stream.end_follows_ = true;
  return Follows::end;
}

void Reactor::send_batch() {
  SendBatch& batch = *batch_;
  if (batch.count == 0) return;
  backend_->send_batch(std::span(batch.sendings).first(batch.count));
  // No owner hears anything before all are through: none of these streams can go away, or write, meanwhile.
  for (std::size_t i = 0; i < batch.count; ++i) {
    Stream* stream = batch.streams[i];
    in_memory([&] { batch_sent(*stream, batch.sendings[i].result); }, stream);
  }
  batch.clear();
}

void Reactor::batch_sent(Stream& stream, const Io& result) {
  if (result.error != 0 && result.error != EINTR) {
    send_failed(stream, result.error);
    if (!stream.dead_) flushed(stream);
    return;
  }
  stream.outbox_->sent(result.bytes);
  stream.outbox_->last_progress = now_;
  flush(stream);  // what the kernel has not taken; and what waits for everything to be gone
}

void Reactor::flush(Stream& stream) {
  if (stream.tls_ != nullptr ? flush_encrypted(stream) : stream.outbox_ == nullptr || flush_plain(stream))
    flushed(stream);
}

void Reactor::flushed(Stream& stream) {
  const std::size_t waiting = stream.buffered();
  if (stream.held_ && waiting <= options_.soft_limit) {
    stream.held_ = false;
    read_again(stream);
  }
  if (stream.slow_ && (stream.outbox_ == nullptr || waiting <= stream.outbox_->drain_at)) {
    stream.slow_ = false;
    drained_.push_back(&stream);
  }
  if (waiting != 0) return;
  if (stream.outbox_ != nullptr) give_back_outbox(stream);
  // What the kernel keeps for its end to follow is lost if input that nobody has read makes it close with a reset:
  // the end is asked for first.
  if ((stream.fin_wanted_ || stream.end_follows_) && !stream.fin_sent_) {
    stream.fin_sent_ = true;
    backend_->shutdown_write(stream.descriptor_);
    if (stream.lingering_) set_deadline(stream, 1s);
  }
  if (stream.closing_ && (!stream.lingering_ || stream.read_done_)) finish_close(stream);
}

// False: the stream has died.
bool Reactor::flush_plain(Stream& stream) {
  Outbox& outbox = *stream.outbox_;
  std::size_t total = 0;
  while (!outbox.empty()) {
    if (total >= most_a_turn) {
      written(stream);
      return true;
    }
    iovec pieces[SendBatch::most_pieces];
    const auto gathered = outbox.gather(pieces, {gather_buffer_.get(), gather_size}, most_at_once);
    const Io sent = backend_->send(stream.descriptor_, {pieces, gathered.pieces}, what_follows(stream, gathered.bytes));
    if (sent.error == EINTR) continue;
    if (sent.error != 0) {
      send_failed(stream, sent.error);
      return !stream.dead_;
    }
    // After a short write comes another, until the kernel says EAGAIN: only then does it owe us an edge.
    outbox.sent(sent.bytes);
    total += sent.bytes;
    outbox.last_progress = now_;
  }
  return true;
}

void Reactor::send_failed(Stream& stream, int error) {
  switch (error) {
    case EAGAIN:
      stream.blocked_ = true;
      if (!stream.output_watched_)
        stream.output_watched_ = backend_->watch_output(stream.descriptor_, stream.handle_bits());
      if (!stream.output_watched_) retry_later(stream);
      break;
    case ENOBUFS:
    case ENOMEM:
      retry_later(stream);
      break;
    default:
      return kill(stream, CloseCause::reset);
  }
  Outbox& outbox = *stream.outbox_;
  outbox.keep_own_copies();
  if (outbox.write_timer != 0) return;
  outbox.last_progress = now_;
  outbox.write_timer = arm(options_.write_timeout, TimerKind::write, token::of(stream.handle_bits()));
}

void Reactor::write_timed_out(Stream& stream) {
  Outbox& outbox = *stream.outbox_;  // the timer goes with the outbox
  outbox.write_timer = 0;
  const auto left = outbox.last_progress + options_.write_timeout - now_;
  if (left <= 0ns) return kill(stream, CloseCause::aborted, true);
  outbox.write_timer = arm(left, TimerKind::write, token::of(stream.handle_bits()));
}

// The kernel had no memory, and no edge will say when it has.
void Reactor::retry_later(Stream& stream) {
  if (retry_.empty()) {
    after(10ms, [this] {
      for (const std::uint64_t bits : retry_) {
        Stream* again = find(bits);
        if (again == nullptr) continue;
        again->blocked_ = false;
        written(*again);
      }
      retry_.clear();
    });
  }
  retry_.push_back(stream.handle_bits());
  stream.blocked_ = true;
}

void Reactor::finish_close(Stream& stream) { kill(stream, CloseCause::local); }

}  // namespace duplex::net
