// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>

#include "core/buffer.h"
#include "net/address.h"
#include "net/outbox.h"
#include "net/stream_owner.h"

namespace duplex::net {

class Reactor;
class TlsSession;

/// What is left of a stream that moves to another loop: its descriptor, its TLS state and the bytes that were read and not yet used.
/// Nothing may be waiting in its outbox. Move-only; closes the descriptor if nobody adopts it.
class DetachedStream;

/// One connected byte pipe (TCP, unix, TLS over either, or in memory), on one loop. Small when idle: it holds no buffers.
/// Created by the loop (accept, connect, adopt) and freed at the end of a turn after `on_closed`. One loop's thread.
class Stream {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Reactor& reactor() const noexcept;
  /// 64 bits that name this stream: loop, generation, slot. See `Reactor::find`.
  std::uint64_t handle_bits() const noexcept;
  StreamOwner* owner() const noexcept;
  void set_owner(StreamOwner* owner) noexcept;

  // -- sending: queued, and written once at the end of the turn ------------------------------------------------------
  /// Appends what `encode(Buffer&)` writes. Ignored when closing.
  template <class Encode>
  void write(Encode&& encode, EntryOptions options = {}) {
    Buffer* run = begin_write(options);
    if (run == nullptr) return;
    const std::size_t before = run->size();
    encode(*run);
    end_write(run->size() - before);
  }
  void write(ConstBytes bytes);
  void write(LocalBlock& block, EntryOptions options = {});
  /// For large payloads: on an empty outbox, header and payload go to the kernel at once, in place, and only the remainder is copied.
  /// Otherwise the same as writing both. `payload` is borrowed until this returns.
  void write_now(ConstBytes header, ConstBytes payload);
  /// Waiting bytes that the kernel has not taken.
  std::size_t buffered() const noexcept;
  /// The queue itself, or null when nothing waits: for policies that drop and conflate.
  Outbox* outbox() noexcept;
  /// `on_drain` is called when the outbox has been above this many bytes and has come down to half of it. Default 256 KiB (per loop option).

  // -- reading -------------------------------------------------------------------------------------------------------
  void pause_reading() noexcept;
  void resume_reading() noexcept;
  /// Fairness: keeps these bytes and hands them to `on_bytes` again in the next turn, before anything newer. Called inside on_bytes.
  void put_aside(ConstBytes rest);

  // -- ending --------------------------------------------------------------------------------------------------------
  /// FIN (and close_notify) after everything queued has gone out; reading goes on.
  void shutdown_write();
  /// Closes once everything queued has gone out. Nothing more is read or accepted for writing.
  void close();
  /// Closes at once; what is queued is lost. With `reset`, TCP sends RST.
  void abort(bool reset = false);
  bool is_closing() const noexcept;

  // -- time ----------------------------------------------------------------------------------------------------------
  /// One timer a stream: calls `on_deadline` once, `delay` from now, within 1/64 of the delay or 10 ms. A new one replaces the old.
  void set_deadline(std::chrono::milliseconds delay);
  void clear_deadline() noexcept;

  // -- who is there --------------------------------------------------------------------------------------------------
  Address peer() const;
  bool is_tls() const noexcept;
  TlsSession* tls() const noexcept;

  /// Takes the stream from this loop, to be adopted by another. The owner hears nothing more; this object dies at the end of the turn.
  DetachedStream detach(ConstBytes unread);

 private:
  friend class Reactor;
  Stream() = default;
  Buffer* begin_write(EntryOptions options);
  void end_write(std::size_t bytes);
};

}  // namespace duplex::net
