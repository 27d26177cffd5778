// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/counter.h"
#include "core/log.h"
#include "core/slab.h"
#include "net/reactor.h"
#include "protocol/sio/packet.h"
#include "server/sio/server_socket.h"

namespace duplex::sio {

class Client;
class NamespaceCore;

/// What one loop has of Socket.IO. One loop's thread; the counters are read by any.
class alignas(64) IoLoop {
 public:
  IoLoop(class IoCore& io, net::Reactor& reactor, std::size_t index);
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  /// The calling thread's, or null.
  static IoLoop* here() noexcept;
  /// The live socket of these handle bits on this loop, or null.
  ServerSocket* find(std::uint64_t bits) noexcept;
  ServerSocket& create(Handshake&& handshake);

  /// Freed when the turn ends: a handler may still hold a reference.
  void bury(ServerSocket& socket);
  void bury(std::shared_ptr<void> thing);

  /// Runs it at once if this is the loop's thread, else posts it.
  void run(Function<void()> fn);

  IoCore& io;
  net::Reactor& reactor;
  const std::size_t index;
  DecodeOptions decoding;
  json::Scratch scratch;               ///< of the event that is being handled
  Buffer packet;                       ///< the packet that is being written
  std::vector<ServerSocket*> reached;  ///< by the broadcast that is being handed out

  struct Counters {
    Counter sockets, rooms, pending_acks, events_in, events_out, stray_acks, refused_arguments, recovered,
        not_recovered;
  } counters;

 private:
  void sweep();
  Slab<ServerSocket> sockets_;
  std::vector<std::uint32_t> dead_sockets_;
  std::vector<std::shared_ptr<void>> dead_things_;
};

/// One server's Socket.IO: its options, its namespaces, and a part on each loop.
class IoCore {
 public:
  IoCore(Options options, std::shared_ptr<Log> log);
  ~IoCore();
  IoCore(const IoCore&) = delete;
  IoCore& operator=(const IoCore&) = delete;

  /// Before the server starts.
  void add_loop(net::Reactor& reactor);
  /// Makes the main namespace; the loops are there.
  Io& start();
  /// What the Engine.IO below calls.
  eio::Handlers handlers();

  Io& io() noexcept { return *io_; }
  const Options& options() const noexcept { return options_; }
  Options& options() noexcept { return options_; }
  Log& log() noexcept { return *log_; }
  const std::vector<std::unique_ptr<IoLoop>>& loops() const noexcept { return loops_; }
  IoLoop& home() noexcept { return *loops_.front(); }
  /// The calling thread's part of this server, or null.
  IoLoop* here() noexcept;
  /// Where an answer is delivered that no loop's thread asked for.
  IoLoop& here_or_home() noexcept;
  void count_sessions(Function<std::uint64_t()> sessions) { sessions_ = std::move(sessions); }

  std::shared_ptr<NamespaceCore> of(std::string_view path);
  std::shared_ptr<NamespaceCore> of(Matching matching);
  /// The namespace that a client asks for: static, or a child that exists or comes into being; null if there is none.
  /// It counts as `entering` until the caller says otherwise.
  std::shared_ptr<NamespaceCore> find_for(std::string_view name, json::View auth);
  /// A child whose last socket has left.
  void forget(NamespaceCore& child);
  void on_new_namespace(Function<void(Namespace&)> fn) { new_namespace_.push_back(std::move(fn)); }
  Stats stats() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>()(s); }
  };
  struct Parent {
    Matching matching;
    std::shared_ptr<NamespaceCore> core;
  };
  std::shared_ptr<NamespaceCore> make(std::string_view name, const std::shared_ptr<NamespaceCore>& parent);

  Options options_;
  std::shared_ptr<Log> log_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  std::mutex mutex_;  // namespaces_, parents_
  std::unordered_map<std::string, std::shared_ptr<NamespaceCore>, Hash, std::equal_to<>> namespaces_;
  std::vector<std::unique_ptr<Parent>> parents_;
  std::vector<Function<void(Namespace&)>> new_namespace_;
  std::unique_ptr<Io> io_;
  Function<std::uint64_t()> sessions_;
};

/// Does a `*` pattern fit all of the name?
bool fits(std::string_view pattern, std::string_view name) noexcept;

}  // namespace duplex::sio
