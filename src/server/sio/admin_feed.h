// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_admin.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/sio/owned_event.h"
#include "server/sio/server_socket.h"

namespace duplex::sio {

class Client;
class IoCore;
class NamespaceCore;

/// What the admin page is shown in development: every socket, room and event. What happens on a loop is told to the
/// home loop, which passes it on, so that a page that comes sees all sockets as they are and then every change, once:
/// it gets what each loop knows, and what happened on that loop since. Nothing is written while nobody watches.
class AdminFeed {
 public:
  AdminFeed(IoCore& io, NamespaceCore& admin, const AdminOptions& options);

  // -- what happens; on the socket's loop
  void connected(ServerSocket& socket);
  void disconnected(ServerSocket& socket, std::string_view reason, const std::vector<std::string>& rooms);
  void joined(ServerSocket& socket, std::string_view room);
  void left(ServerSocket& socket, std::string_view room);
  void changed_data(ServerSocket& socket);
  void upgraded(Client& client);

  // -- who watches: a socket of the admin namespace, on its loop
  void watch(ServerSocket& admin);
  void unwatch(ServerSocket& admin);

 private:
  using Event = std::shared_ptr<const OwnedEvent>;
  /// A page that has not had all sockets yet.
  struct Newcomer {
    std::uint64_t bits;
    std::string sockets;    // of the loops that have answered, as JSON
    std::vector<bool> has;  // which they are
    std::size_t loops_left;
    std::vector<Event> happened;  // on those loops since
  };
  /// How much of what is said one loop shows in a second.
  struct alignas(64) Allowance {
    std::chrono::steady_clock::time_point second{};
    std::size_t shown = 0, left_out = 0;
  };

  bool is_watched() const noexcept { return watchers_.load(std::memory_order_relaxed) != 0; }
  void listen(ServerSocket& socket);
  void show(std::string_view kind, ServerSocket& socket, std::string_view name, json::View arguments);
  bool is_allowed(IoLoop& loop);
  template <class... T>
  void tell(IoLoop& loop, std::string_view kind, const T&... values);
  json::Text describe(const ServerSocket& socket) const;

  // -- the home loop
  void happened(std::size_t loop, const Event& event);
  void arrived(std::uint64_t bits, std::size_t loop, std::string sockets);
  void send(std::uint64_t bits, const Event& event);

  IoCore& io_;
  NamespaceCore& admin_;
  const AdminOptions& options_;
  std::atomic<std::size_t> watchers_{0};
  std::mutex mutex_;
  std::vector<std::uint64_t> present_;  // who was counted into watchers_; under mutex_
  std::vector<Allowance> allowances_;   // by loop; each its own
  std::vector<std::uint64_t> watching_;
  std::vector<Newcomer> newcomers_;
};

/// "2026-11-20T19:05:00.123Z", as JavaScript writes a Date into JSON.
std::string iso_time(std::chrono::system_clock::time_point at);

}  // namespace duplex::sio
