// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstddef>
#include <new>
#include <type_traits>

#include "core/buffer.h"
#include "core/deadlines.h"
#include "core/slab.h"
#include "net/address.h"
#include "net/detached_stream.h"
#include "net/outbox.h"
#include "net/stream_owner.h"

namespace duplex::net {

class Reactor;
class TlsSession;

/// What 64 streams that lie side by side share: their loop, and one timer for all their deadlines.
struct StreamGroup {
  Reactor* reactor = nullptr;
  std::uint32_t first_slot = 0;
  std::uint32_t timer = 0;       ///< the wheel's, or 0
  Deadlines::Time armed_at = 0;  ///< for which the timer is set
  Deadlines deadlines;
};

/// One connected byte pipe (TCP, unix, TLS over either, or in memory), on one loop. Small when idle: it holds no
/// buffers, and an owner that is small as well lies in its room. Created by the loop (accept, connect, adopt) and freed
/// at the end of a turn after `on_closed`. One loop's thread.
class Stream {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Reactor& reactor() const noexcept { return *group().reactor; }
  /// 64 bits that name this stream: loop, generation, slot. See `Reactor::find`.
  std::uint64_t handle_bits() const noexcept;
  StreamOwner* owner() noexcept { return !owned_ ? nullptr : in_room_ ? in_room() : elsewhere_; }
  /// Precondition: no owner lives in the room, or it is this one.
  void set_owner(StreamOwner* owner) noexcept {
    owned_ = owner != nullptr;
    in_room_ = static_cast<void*>(owner) == room_;
    if (!in_room_) elsewhere_ = owner;
  }
  /// Memory for one owner of at most `room_size` bytes: it is spared an allocation, and pointers to and fro. It is
  /// there until `on_closed` has returned; what was made there is to be destroyed by then.
  void* room() noexcept { return room_; }
  static constexpr std::size_t room_size = 48;
  /// The stream in whose room this lies.
  static Stream& around(const void* in_room) noexcept {
    return *reinterpret_cast<Stream*>(reinterpret_cast<std::uintptr_t>(in_room) - offsetof(Stream, room_));
  }

  // -- sending: queued, and written once at the end of the turn ------------------------------------------------------
  /// Appends what `encode(Buffer&)` writes. Ignored when closing.
  template <class Encode>
  requires std::is_invocable_v<Encode&, Buffer&>
  void write(Encode&& encode, EntryOptions options = {}) {
    if (is_closing() || fin_wanted_) return;
    Buffer& run = (outbox_ != nullptr ? *outbox_ : take_outbox()).inline_run(options);
    const std::size_t before = run.size();
    encode(run);
    if (outbox_ == nullptr) return;  // the encoder closed us
    outbox_->appended(run.size() - before);
    if (!in_written_ || outbox_->bytes() > outbox_->notice_above) look_at_outbox();
  }
  /// For one more short piece behind others of this turn, in the clear: where to append it, if fewer than `limit`
  /// bytes wait and there is nothing else to think of; else null, and `write` is for it. Call `appended` afterwards.
  Buffer* ready_run(std::size_t limit) noexcept {
    if (outbox_ == nullptr || tls_ != nullptr || !in_written_ || is_closing() || fin_wanted_) return nullptr;
    return outbox_->bytes() < limit ? outbox_->open_run() : nullptr;
  }
  void appended(std::size_t bytes) {
    outbox_->appended(bytes);
    if (outbox_->bytes() > outbox_->notice_above) look_at_outbox();
  }
  /// The same for a slice that goes on where the last one of this turn ended: queues it if no more than `limit` bytes
  /// wait then; false: `write` is for it.
  bool write_on(const Slice& slice, std::size_t limit) noexcept {
    if (outbox_ == nullptr || tls_ != nullptr || !in_written_ || is_closing() || fin_wanted_) return false;
    const std::size_t waiting = outbox_->bytes() + slice.size();
    return waiting <= limit && waiting <= outbox_->notice_above && outbox_->append_to_last(slice);
  }
  void write(ConstBytes bytes);
  void write(const Slice& slice, EntryOptions options = {});  ///< which `Reactor::hold` made
  /// For large payloads: on an empty outbox, header and payload go to the kernel at once, in place, and only the
  /// remainder is copied. Otherwise the same as writing both. `payload` is borrowed until this returns.
  void write_large(ConstBytes header, ConstBytes payload, EntryOptions options = {});
  /// Waiting bytes that the kernel has not taken.
  std::size_t buffered() const noexcept {
    return (outbox_ != nullptr ? outbox_->bytes() : 0) + (tls_ != nullptr ? buffered_by_tls() : 0);
  }
  /// The queue itself, or null when nothing waits: for policies that drop and conflate.
  Outbox* outbox() noexcept { return outbox_; }
  /// `on_drain` is called when the outbox has been above the loop's soft limit (256 KiB) and has come down to half of
  /// it. An owner with a limit of its own asks to hear of it, once, when no more than `bytes` wait. Nothing happens if
  /// nothing waits now.
  void tell_when_down_to(std::size_t bytes) noexcept;

  // -- reading -------------------------------------------------------------------------------------------------------
  void pause_reading() noexcept;
  void resume_reading() noexcept;
  /// The owner expects many bytes and has a place for them: from now on `StreamOwner::input_room` is asked where to
  /// read to, until it has none to offer. Of no effect with TLS.
  void read_in_place() noexcept { in_place_ = true; }
  /// Too much waits to leave: nothing more is read until it is down. Whoever has bytes in hand puts them aside.
  bool is_held() const noexcept { return held_; }
  /// Fairness: keeps these bytes and hands them to `on_bytes` again in the next turn, before anything newer. Called
  /// inside on_bytes.
  void put_aside(ConstBytes rest);

  // -- ending --------------------------------------------------------------------------------------------------------
  /// FIN (and close_notify) after everything queued has gone out; reading goes on.
  void shutdown_write();
  /// Closes once everything queued has gone out. Nothing more is read or accepted for writing.
  void close();
  /// Like `close`, for a peer that may still be sending: FIN after everything queued, then what arrives is thrown away
  /// for at most a second, or unread input would make the kernel send RST, and the peer might never see our last words.
  /// Takes the deadline timer. `flush_limit`: how long what is queued may take to go out; 0: as long as it moves.
  void close_lingering(std::chrono::milliseconds flush_limit = std::chrono::milliseconds(0));
  /// Closes at once; what is queued is lost. With `reset`, TCP sends RST.
  void abort(bool reset = false);
  /// True from close, close_lingering or abort on.
  bool is_closing() const noexcept { return closing_ || dead_; }

  // -- time ----------------------------------------------------------------------------------------------------------
  /// One deadline a stream: calls `on_deadline` once, `delay` from now, within 1/64 of the delay or 10 ms. More than 99
  /// days are 99 days. A new one replaces the old; putting it off costs next to nothing.
  void set_deadline(std::chrono::milliseconds delay);
  void clear_deadline() noexcept;

  // -- who is there --------------------------------------------------------------------------------------------------
  Address peer() const;
  bool is_tls() const noexcept { return tls_ != nullptr; }
  TlsSession* tls() const noexcept { return tls_; }

  /// Takes the stream from this loop, to be adopted by another. The owner hears nothing more; this object dies at the
  /// end of the turn.
  DetachedStream detach(ConstBytes unread);

 private:
  friend class Reactor;
  using Slab = duplex::Slab<Stream, StreamGroup>;
  friend Slab;
  explicit Stream(int descriptor) noexcept : descriptor_(descriptor) {}
  ~Stream() = default;
  Outbox& take_outbox();
  void look_at_outbox();
  std::size_t buffered_by_tls() const noexcept;
  bool ends_when_sent() const noexcept { return closing_ || fin_wanted_; }
  bool wants_input() const noexcept { return !dead_ && !read_done_ && !paused_ && !held_ && (!closing_ || lingering_); }

  StreamGroup& group() const noexcept { return Slab::shared(*this, place_); }
  std::uint32_t slot() const noexcept { return group().first_slot + place_; }

  StreamOwner* in_room() noexcept { return std::launder(reinterpret_cast<StreamOwner*>(room_)); }

  Outbox* outbox_ = nullptr;   // from the loop's pool, while something waits
  TlsSession* tls_ = nullptr;  // owned
  union {
    Buffer* aside_ = nullptr;  // from the loop's pool, while something was put aside
    Stream* next_closed_;      // when dead: the next to release
  };
  int descriptor_;
  std::uint8_t place_ = 0;  // in its group

  bool owned_ : 1 = false;           // has an owner
  bool in_room_ : 1 = false;         // it lies in our room
  bool in_written_ : 1 = false;      // is in the loop's list of those to flush
  bool in_ready_ : 1 = false;        // is in the loop's list of those to read again
  bool blocked_ : 1 = false;         // the kernel takes no more: an event will tell
  bool output_watched_ : 1 = false;  // the event will: only once it was needed
  bool slow_ : 1 = false;            // was above the soft limit: owes its owner on_drain
  bool paused_ : 1 = false;          // reading, by the owner
  bool held_ : 1 = false;            // reading, because too much waits to leave
  bool more_to_read_ : 1 = false;    // an edge came, and not everything was read
  bool in_place_ : 1 = false;        // the owner may say where to read to
  bool peer_ended_ : 1 = false;      // the kernel said so: the end is to be read after what is left
  bool read_done_ : 1 = false;       // the end was read
  bool fin_wanted_ : 1 = false;
  bool end_follows_ : 1 = false;  // the last bytes were sent as such: the kernel may keep them for the end
  bool fin_sent_ : 1 = false;
  bool closing_ : 1 = false;
  bool lingering_ : 1 = false;
  bool dead_ : 1 = false;  // is in the loop's list of those to release
  CloseCause cause_ : 3 = CloseCause::local;
  union {
    StreamOwner* elsewhere_;  // who is not in the room
    alignas(void*) std::byte room_[room_size];
  };
};

static_assert(sizeof(Stream) <= 32 + Stream::room_size, "an idle connection is small");

}  // namespace duplex::net
