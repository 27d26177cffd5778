// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/eio/shared_packet.h"
#include "server/sio/io_core.h"

namespace duplex::sio {

/// What a session is beyond its connection.
struct Kept {
  std::vector<std::string> rooms;  ///< its own among them
  json::Text data;
  std::uint64_t floor = 0;  ///< events up to here have certainly arrived
};

/// A session that comes back, and what it missed, in order.
struct Restored {
  std::string pid, sid;
  Kept kept;
  std::vector<std::shared_ptr<const eio::SharedPacket>> missed;
  std::uint64_t head = 0;  ///< the newest event there is: what comes later is handed out as ever
};

/// Recovery of one namespace: the numbered log of its events, and its sessions. All of it on the home loop, which puts
/// the namespace's events in order for every loop; therefore a client that has event 11 has had event 10.
class RecoveryHome {
 public:
  RecoveryHome(NamespaceCore& core, const Recovery& options, std::size_t max_replay);

  // -- the log
  std::uint64_t head() const noexcept { return head_.load(std::memory_order_relaxed); }  ///< Any thread.
  std::uint64_t next() const noexcept { return head() + 1; }
  /// How an offset stands on the wire.
  std::string text_of(std::uint64_t offset) const { return epoch_ + std::to_string(offset); }
  /// Takes the event numbered `next()`.
  void append(std::shared_ptr<const eio::SharedPacket> packet, const Selection& to);
  std::size_t events() const noexcept { return log_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

  // -- sessions. `bits`: the socket that is it now; a message about another one comes too late.
  void opened(std::string pid, std::string sid, std::uint64_t bits);
  void parked(const std::string& pid, std::uint64_t bits, Kept kept);
  void forgotten(const std::string& pid, std::uint64_t bits);
  /// Gives the session to whoever asks first: a predecessor that still seems alive is cut off. `then` hears the
  /// session, or null and why not.
  using Then = Function<void(std::unique_ptr<Restored>, std::string_view why)>;
  void restore(std::string pid, std::string offset, Then then);
  /// The connection that a session was given to went before it could take it.
  void put_back(const Restored& restored);
  std::size_t sessions() const noexcept { return sessions_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const eio::SharedPacket> packet;
    Selection to;
    std::chrono::steady_clock::time_point at;
    std::size_t bytes;
  };
  struct Session {
    std::string sid;
    std::uint64_t bits = 0;  // 0: parked
    std::uint64_t turn = 0;  // which parking
    bool taken = false;      // its predecessor is being cut off
    Kept kept;
  };
  void finish(const std::string& pid, const std::string& offset, std::unique_ptr<Kept> kept, Then& then);
  std::uint64_t offset_of(std::string_view text) const noexcept;
  void park(const std::string& pid, Session& session, Kept kept);
  void prune();
  void look_again();

  NamespaceCore& core_;
  const Recovery options_;
  const std::size_t max_replay_;
  std::string epoch_;      // another one for each start: an offset of an earlier life is no offset
  std::deque<Entry> log_;  // the newest is `head_`
  std::atomic<std::uint64_t> head_{0};
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, Session> sessions_;
  struct Parking {
    std::chrono::steady_clock::time_point until;
    std::string pid;
    std::uint64_t turn;
  };
  std::deque<Parking> parkings_;  // by time
  std::uint64_t turns_ = 0;
  bool timer_ = false;
};

/// Cuts off the socket of these bits, on its loop's thread: what it was, or null if it has gone already.
std::unique_ptr<Kept> fence(std::uint64_t bits);
/// What a socket is, as its loop knows it.
Kept keep(const ServerSocket& socket);

}  // namespace duplex::sio
