// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/presence.h>

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include "core/string_hash.h"
#include "server/sio/io_core.h"

namespace duplex::sio {

/// The state behind a Presence. What happens is decided under one lock, on whatever loop it happens, and told on the
/// home loop in that order.
class PresenceCore : public std::enable_shared_from_this<PresenceCore> {
 public:
  PresenceCore(IoCore& io, PresenceOptions options);

  void joined(Socket& socket, std::string_view room);
  void left(Socket& socket, std::string_view room);
  /// `expected`: it may come back.
  void disconnected(Socket& socket, bool expected);

  Roster roster(std::string_view room) const;
  std::size_t count(std::string_view room) const;
  bool is_in(std::string_view room, std::string_view user) const;

  std::vector<Function<void(const PresenceChange&)>> on_join, on_leave;  // the home loop's, once it runs
  void mute() noexcept { muted_.store(true); }

 private:
  struct Present {
    json::Text data;
    std::size_t sockets = 0;
    std::uint64_t absence = 0;  // which one, while he is away
  };
  struct Room {
    std::map<std::string, Present, std::less<>> people;
  };
  struct Membership {
    std::string room, user;
  };
  struct Departure {
    std::chrono::steady_clock::time_point at;
    std::string room, user;
    std::uint64_t absence;
  };
  using Change = std::vector<Function<void(const PresenceChange&)>> PresenceCore::*;

  // -- under the lock
  void gone(const Membership& membership, bool expected);
  void remove(std::string_view room, std::string_view user);
  void tell(Change change, std::string_view room, std::string_view user, const Present& present);
  // -- the home loop
  void expect(Departure departure);
  void look_again();

  IoCore& io_;
  PresenceOptions options_;
  std::atomic<bool> muted_{false};

  mutable std::mutex mutex_;  // the three that follow
  std::unordered_map<std::string, Room, StringHash, std::equal_to<>> rooms_;
  std::unordered_map<std::uint64_t, std::vector<Membership>> memberships_;  // by the sockets' handle bits
  std::uint64_t version_ = 0, absences_ = 0;

  std::deque<Departure> departures_;  // the home loop's: who is expected back, in the order of time
  bool timer_ = false;
};

}  // namespace duplex::sio
