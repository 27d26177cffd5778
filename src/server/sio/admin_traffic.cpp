// SPDX-License-Identifier: MIT
#include "server/sio/admin_traffic.h"

#include <algorithm>

namespace duplex::sio {
namespace {

constexpr std::string_view kind_names[] = {"rawConnection", "packetsIn", "bytesIn", "packetsOut", "bytesOut"};

/// `before`, if there is any, is called after `first`: an engine has one handler of a kind.
template <class... A, class F>
void put_before(Function<void(A...)>& before, F first) {
  before = [first = std::move(first), then = std::move(before)](A... arguments) mutable {
    first(arguments...);
    if (then) then(arguments...);
  };
}

}  // namespace

AdminTraffic::AdminTraffic(eio::Engine& engine, const std::vector<std::unique_ptr<IoLoop>>& loops) : engine_(engine) {
  for (const auto& loop : loops) {
    loops_.push_back(std::make_unique<OnLoop>());
    by_slot_[static_cast<std::size_t>(loop->reactor.slot()) & 255] = loops_.back().get();
  }
  eio::Handlers& handlers = engine.handlers();
  put_before(handlers.on_open, [this](eio::Socket& socket) {
    OnLoop& loop = of(socket);
    loop.connections.add();
    if (socket.transport() == eio::Transport::polling) loop.polling.add();
  });
  put_before(handlers.on_message, [this](eio::Socket& socket, const ws::Message& message) {
    OnLoop& loop = of(socket);
    loop.packets_in.add();
    loop.bytes_in.add(message.bytes().size());
  });
  put_before(handlers.on_upgrade, [this](eio::Socket& socket) { of(socket).polling.subtract(); });
  put_before(handlers.on_close, [this](eio::Socket& socket, const eio::CloseReason& why) {
    OnLoop& loop = of(socket);
    if (socket.transport() == eio::Transport::polling) loop.polling.subtract();
    const auto* const reason = std::find(reasons.begin(), reasons.end(), why.reason);
    if (reason != reasons.end()) loop.ended[static_cast<std::size_t>(reason - reasons.begin())].add();
  });
}

AdminTraffic::OnLoop& AdminTraffic::of(eio::Socket& socket) noexcept {
  return *by_slot_[static_cast<std::size_t>(eio::Session::of(socket).reactor().slot()) & 255];
}

std::uint64_t AdminTraffic::polling_clients() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& loop : loops_) sum += loop->polling.get();
  return sum;
}

std::array<std::uint64_t, AdminTraffic::kinds> AdminTraffic::totals() const noexcept {
  const eio::Engine::Sent sent = engine_.sent();
  std::array<std::uint64_t, kinds> sums = {0, 0, 0, sent.packets, sent.bytes};
  for (const auto& loop : loops_) {
    sums[0] += loop->connections.get();
    sums[1] += loop->packets_in.get();
    sums[2] += loop->bytes_in.get();
    for (std::size_t i = 0; i < reasons.size(); ++i) sums[std::size(kind_names) + i] += loop->ended[i].get();
  }
  return sums;
}

json::Text AdminTraffic::take_events(std::chrono::system_clock::time_point now) {
  // To the second, as Node's server has it.
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  const auto timestamp = std::chrono::duration_cast<std::chrono::milliseconds>(second).count();
  const auto totals_now = totals();
  std::vector<json::Text> events;
  for (std::size_t i = 0; i < kinds; ++i) {
    const std::uint64_t count = totals_now[i] - std::exchange(told_[i], totals_now[i]);
    if (count == 0) continue;
    if (i < std::size(kind_names))
      events.push_back(json::object("timestamp", timestamp, "type", kind_names[i], "count", count));
    else
      events.push_back(json::object("timestamp", timestamp, "type", "rawDisconnection", "subType",
                                    reasons[i - std::size(kind_names)], "count", count));
  }
  return json::text_of(events);
}

}  // namespace duplex::sio
