// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <span>

#include "core/bytes.h"
#include "net/address.h"

struct iovec;

namespace duplex::net {

struct ListenOptions;

/// What happened to a descriptor. Streams are told once per change (edge-triggered), listeners as long as somebody
/// waits.
struct Event {
  std::uint64_t token = 0;
  bool readable = false;
  bool writable = false;
  bool ended = false;  ///< the peer has finished sending: read until the end, a short read is not the last
  bool failed = false;
};

/// The outcome of one call: bytes, or an errno. A read of no bytes without an error is the end.
struct Io {
  std::size_t bytes = 0;
  int error = 0;
};

/// What comes after bytes that are sent. Before the end, the kernel may keep what fills no packet, so that the end goes
/// in the same one: whoever says so calls `shutdown_write` or `close` next, if all of them were taken.
enum class Follows : std::uint8_t { anything, end };

/// One of the sends that a loop does at the end of a turn: what goes where, and what came of it.
struct Sending {
  int descriptor = -1;
  std::span<const iovec> pieces = {};
  Follows follows = Follows::anything;
  Io result = {};
};

/// The system calls of a loop, and the waiting for them: the kernel through epoll, or memory for tests. One virtual
/// call per system call, none per message. One loop's thread.
class Backend {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  virtual ~Backend() = default;

  virtual TimePoint now() noexcept = 0;
  /// Sleeps until something happens, at most `timeout` (negative: for ever). Borrowed until the next wait.
  virtual std::span<const Event> wait(std::chrono::milliseconds timeout) = 0;
  /// A descriptor that wakes the loop when another thread writes to it.
  virtual void wake_through(int descriptor) = 0;

  /// A listening descriptor; `address.port` becomes the port that was chosen.
  virtual Result<int> listen(Address& address, const ListenOptions& options) = 0;
  /// A connected descriptor in `bytes`, or an errno.
  virtual Io accept(int listener) = 0;
  virtual bool watch_listener(int listener, std::uint64_t token) = 0;
  virtual void ignore_listener(int listener) = 0;

  /// Begins to connect: a descriptor in `bytes`, or an errno. An event after `watch` and
  /// `watch_output` says that it may have come to something.
  virtual Io connect_to(const Address& address, std::chrono::milliseconds write_timeout) = 0;
  /// 0: connected; EINPROGRESS: not yet; or why not.
  virtual int connect_result(int descriptor) = 0;

  /// Tells of what comes in, and of the end. Few streams ever wait for room: most would be told of it for nothing.
  virtual bool watch(int descriptor, std::uint64_t token) = 0;
  /// Tells from now on of room for output, too: at once, if there is some, and after each send that was refused.
  virtual bool watch_output(int descriptor, std::uint64_t token) = 0;
  virtual void unwatch(int descriptor) = 0;
  virtual Io read(int descriptor, Bytes into) = 0;
  virtual Io send(int descriptor, std::span<const iovec> pieces, Follows follows) = 0;
  /// Does them all, as `send` would: a backend may have a cheaper way for many. No two are for the same descriptor.
  virtual void send_batch(std::span<Sending> batch) {
    for (Sending& one : batch) one.result = send(one.descriptor, one.pieces, one.follows);
  }
  virtual void shutdown_write(int descriptor) = 0;
  virtual void close(int descriptor, bool reset) = 0;
  virtual Address peer(int descriptor) = 0;
  /// Whether descriptors are the kernel's: then a detached one may be closed, or adopted by another loop.
  virtual bool of_kernel() const noexcept = 0;
};

}  // namespace duplex::net
