// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/json.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/counter.h"
#include "server/eio/engine.h"
#include "server/sio/io_core.h"

namespace duplex::sio {

/// Counts what passes through an engine, for the admin page. It stands before the engine's handlers: an engine that is
/// not watched does none of this. What leaves is taken from counters that the engine has anyway.
class AdminTraffic {
 public:
  /// Before the engine's loops are made.
  AdminTraffic(eio::Engine& engine, const std::vector<std::unique_ptr<IoLoop>>& loops);

  std::uint64_t polling_clients() const noexcept;  ///< now. Any thread.
  /// What has been counted since this was asked last: [{timestamp, type, subType, count}]. One thread.
  json::Text take_events(std::chrono::system_clock::time_point now);

 private:
  /// Why sessions end: eio::CloseReason::reason.
  static constexpr std::array<std::string_view, 6> reasons = {
      "transport close", "transport error", "ping timeout", "parse error", "forced close", "server shutting down"};
  static constexpr std::size_t kinds = 5 + reasons.size();
  struct alignas(64) OnLoop {
    Counter polling, connections, packets_in, bytes_in;
    std::array<Counter, reasons.size()> ended;
  };
  OnLoop& of(eio::Socket& socket) noexcept;
  std::array<std::uint64_t, kinds> totals() const noexcept;

  eio::Engine& engine_;
  std::vector<std::unique_ptr<OnLoop>> loops_;  // each written by its loop alone
  std::array<OnLoop*, 256> by_slot_{};
  std::array<std::uint64_t, kinds> told_{};
};

}  // namespace duplex::sio
