// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/counter.h"
#include "core/log.h"
#include "core/slab.h"
#include "core/string_hash.h"
#include "net/reactor.h"
#include "protocol/sio/packet.h"
#include "server/sio/server_socket.h"

namespace duplex::eio {
class Engine;
}

namespace duplex::sio {

class Admin;
class AdminFeed;
class Client;
class NamespaceCore;
struct AdminOptions;

/// What one loop has of Socket.IO. One loop's thread; the counters are read by any.
class alignas(64) IoLoop {
 public:
  IoLoop(class IoCore& io, net::Reactor& reactor, std::size_t index);
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  /// The calling thread's, or null.
  static IoLoop* here() noexcept;
  /// The slot of the loop that puts in order what is sent to the sockets of the loop in this slot; -1: itself. Any
  /// thread.
  static int ordered_by(int slot) noexcept;
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
  const Parser* const parser;  ///< of the options; null: JSON
  DecodeOptions decoding;
  ParserLimits parser_limits;
  Parsed parsed;                       ///< what the parser makes of the message that is handled
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
  /// The loops are about to run: what is set from now on must not change what they read.
  void begin_running() noexcept { running_.store(true, std::memory_order_release); }
  bool running() const noexcept { return running_.load(std::memory_order_acquire); }
  /// Lets go of something that loops may be reading when each has come to its next turn. Any thread.
  void retire(std::shared_ptr<const void> thing);
  /// What the Engine.IO below calls.
  eio::Handlers handlers();

  Io& io() noexcept { return *io_; }
  static IoCore& of(Io& io) noexcept { return io.io_; }
  const Options& options() const noexcept { return options_; }
  Options& options() noexcept { return options_; }
  const Parser* parser() const noexcept { return options_.parser.get(); }
  Log& log() noexcept { return *log_; }
  const std::vector<std::unique_ptr<IoLoop>>& loops() const noexcept { return loops_; }
  IoLoop& home() noexcept { return *loops_.front(); }
  /// The calling thread's part of this server, or null.
  IoLoop* here() noexcept;
  /// Where an answer is delivered that no loop's thread asked for.
  IoLoop& here_or_home() noexcept;

  // -- Recovery on several loops: what other threads send to one socket goes by way of the home loop, so that it stays
  // in
  //    order with what they send to many. The home loop knows where its sockets are.
  void locate(std::uint64_t bits, NamespaceCore& core, std::string_view sid);
  void lose(std::uint64_t bits) { located_.erase(bits); }
  void send_located(std::uint64_t bits, EventView event);

  /// Is it of a name that Socket.IO keeps for itself? Then the log says so.
  bool refuse_reserved(EventView event);

  /// The Engine.IO that it stands on. Before the server starts.
  void stand_on(eio::Engine& engine) noexcept { engine_ = &engine; }
  const std::string& fault() const noexcept { return fault_; }  ///< why the server cannot start; empty: it can

  // -- The admin page's namespace (admin.h). Nothing of it is looked at for each message.
  void instrument(AdminOptions options);
  /// Hears what happens to sockets; null unless a page may be shown all of it.
  AdminFeed* feed() const noexcept { return feed_; }
  /// It lets anybody act on the server: only its own machine may reach it.
  bool is_unguarded() const noexcept;

  std::shared_ptr<NamespaceCore> of(std::string_view path);
  std::shared_ptr<NamespaceCore> of(Matching matching);
  std::shared_ptr<NamespaceCore> find(std::string_view path);  ///< null if it is not there. Any thread.
  std::vector<std::shared_ptr<NamespaceCore>> namespaces();    ///< children too, parents not. Any thread.
  /// The namespace that a client asks for: static, or a child that exists or comes into being; null if there is none.
  /// It counts as `entering` until the caller says otherwise.
  std::shared_ptr<NamespaceCore> find_for(std::string_view name, json::View auth);
  /// A child whose last socket has left.
  void forget(NamespaceCore& child);
  void on_new_namespace(Function<void(Namespace&)> fn);
  Stats stats() const;

 private:
  struct Parent {
    Matching matching;
    std::shared_ptr<NamespaceCore> core;
  };
  struct Child {
    std::shared_ptr<NamespaceCore> core;
    std::thread::id made_by{};  ///< whose on_new_namespace handlers are at work on it; nobody's: it is ready
  };
  std::shared_ptr<NamespaceCore> make(std::string_view name, const std::shared_ptr<NamespaceCore>& parent);
  std::shared_ptr<NamespaceCore> enter(Child& known, std::unique_lock<std::mutex>& lock);
  std::shared_ptr<NamespaceCore> enter_child(std::string_view name, const Parent& parent);

  Options options_;
  std::shared_ptr<Log> log_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  std::atomic<bool> running_{false};
  std::mutex mutex_;  // the four that follow
  std::condition_variable ready_;
  std::unordered_map<std::string, Child, StringHash, std::equal_to<>> namespaces_;
  std::vector<std::shared_ptr<Parent>> parents_;
  std::vector<std::shared_ptr<Function<void(Namespace&)>>> new_namespace_;
  struct Located {
    NamespaceCore* core;  // stands: it is told when a socket leaves it, before it may go
    std::array<char, ServerSocket::id_size> sid;
  };
  std::unordered_map<std::uint64_t, Located> located_;  // the home loop's
  std::unique_ptr<Io> io_;
  eio::Engine* engine_ = nullptr;
  std::string fault_;
  std::unique_ptr<Admin> admin_;
  AdminFeed* feed_ = nullptr;
};

/// Does a `*` pattern fit all of the name?
bool fits(std::string_view pattern, std::string_view name) noexcept;

}  // namespace duplex::sio
