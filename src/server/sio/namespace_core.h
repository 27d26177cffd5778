// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "core/room_index.h"
#include "server/eio/shared_packet.h"
#include "server/sio/handler_table.h"
#include "server/sio/io_core.h"
#include "server/sio/owned_event.h"

namespace duplex::sio {

class LocalNamespace;
class RecoveryHome;

/// The answers to one broadcast: one object and one timer, on the loop that asked.
struct GatherState {
  std::uint64_t id = 0;
  IoLoop* owner = nullptr;
  Function<void(const Answers&)> then;
  net::TimerId timer = 0;
  std::size_t loops_left = 0, expected = 0;
  std::vector<OwnedEvent> answers;
  bool done = false;
};

/// From which loop a broadcast was asked, and the how manieth of that loop it is; see LocalNamespace::Change.
struct Origin {
  const IoLoop* loop = nullptr;
  std::uint64_t number = 0;  ///< 0: nothing to be minded
};

/// One broadcast on its way: encoded once, and the same for every loop. Immutable.
struct Cast {
  std::shared_ptr<const eio::SharedPacket> packet;
  Flags flags;
  std::uint64_t socket = 0;  ///< only to this one, by its handle's bits
  std::uint64_t offset = 0;  ///< recovery's; 0: none
  Origin origin;
  std::shared_ptr<GatherState> gather;      ///< answers are wanted
  std::shared_ptr<const OwnedEvent> event;  ///< for those who listen to what leaves; null where nobody does
};

/// A namespace of one server, whatever the loop. Any thread, except where said.
class NamespaceCore : public std::enable_shared_from_this<NamespaceCore> {
 public:
  NamespaceCore(IoCore& io, std::string name, std::shared_ptr<HandlerTable> table, bool is_parent);
  ~NamespaceCore();

  IoCore& io() const noexcept { return io_; }
  const std::string& name() const noexcept { return name_; }
  Namespace& face() noexcept { return face_; }

  // -- what it does
  /// As it is now: good until the turn of the calling loop ends. A loop's thread.
  const HandlerTable& table() const noexcept { return *newest_table_.load(std::memory_order_acquire); }
  std::shared_ptr<HandlerTable> shared_table() const;
  /// `change(HandlerTable&)` adds to it. While the server runs, to a copy: whoever reads the old one goes on with that.
  template <class F>
  void set_up(F&& change) {
    const std::lock_guard lock(table_mutex_);
    if (!io_.running()) return change(*table_);
    auto next = std::make_shared<HandlerTable>(*table_);
    change(*next);
    newest_table_.store(next.get(), std::memory_order_release);
    io_.retire(std::exchange(table_, std::move(next)));
  }

  Adapter& adapter() noexcept { return *adapter_; }
  void set_adapter(std::unique_ptr<Adapter> adapter) { adapter_ = std::move(adapter); }
  RecoveryHome* recovery() const noexcept { return recovery_.get(); }
  void forgo_recovery();  ///< Before the server starts.
  std::uint64_t next_ack() noexcept { return acks_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t acks_given() const noexcept { return acks_.load(std::memory_order_relaxed); }

  // -- children of a pattern
  bool is_parent() const noexcept { return is_parent_; }
  void add_child(const std::shared_ptr<NamespaceCore>& child);
  std::vector<std::shared_ptr<NamespaceCore>> children();
  bool is_child = false;

  // -- its part on a loop: that loop's thread
  LocalNamespace* local(const IoLoop& loop) const noexcept { return locals_[loop.index].get(); }
  LocalNamespace& make_local(IoLoop& loop);
  std::atomic<std::size_t> sockets{0};   ///< on all loops
  std::atomic<std::size_t> entering{0};  ///< clients on their way in: it must not go now
  /// A child without sockets goes, if that was asked for.
  void maybe_forget();

  // -- to many, through the adapter; a parent's are its children's (broadcast.cpp, children.cpp)
  void emit(const Selection& to, EventView event, const Flags& flags, Gather* gather);
  void server_side_emit(EventView event, Gather* gather);
  void ask_join(const Selection& who, std::string_view room, bool local, Function<void()> done);
  void ask_leave(const Selection& who, std::string_view room, bool local, Function<void()> done);
  void ask_disconnect(const Selection& who, bool close, bool local, Function<void()> done);
  void ask_fetch(const Selection& who, bool local, Function<void(std::vector<RemoteSocket>)> then);
  // … and what the adapter asks of this server's own
  void cast(const Selection& to, EventView event, const Flags& flags, Gather* gather);
  using Part = std::vector<RemoteSocket>;
  /// Runs `work` with the namespace's part on every loop (null where there is none), then `then` on the loop that
  /// asked.
  void ask_all(Function<Part(LocalNamespace*)> work, Function<void(Part)> then);
  void join(const Selection& who, std::string_view room, Function<void()> done);
  void leave(const Selection& who, std::string_view room, Function<void()> done);
  void disconnect(const Selection& who, bool close, Function<void()> done);
  void fetch(const Selection& who, Function<void(Part)> then);
  void heard(std::string_view name, json::View arguments);

  /// Runs it where this namespace's messages are put in order: at once, or with recovery on the home loop.
  void in_order(Function<void()> fn);
  bool ordered_elsewhere() const noexcept;
  /// Hands it to every loop, or to that of the one socket.
  void hand_out(Cast&& cast, const Selection& to);
  /// Only on the home loop, or without recovery: encodes, numbers, hands out.
  void send_cast(const Selection& to, EventView event, const Flags& flags, std::shared_ptr<GatherState> gather,
                 Origin origin);
  /// The same for one socket, of that id and those handle bits.
  void send_numbered(std::string_view sid, std::uint64_t bits, EventView event, const Flags& flags);
  RemoteSocket describe(const ServerSocket& socket);
  std::atomic<unsigned> outgoing_listeners{0};

  // -- answers to a broadcast: the loop that asked
  void arrived(GatherState& state, std::size_t receivers);
  void answered(GatherState& state, OwnedEvent&& answer);

 private:
  Cast make_cast(const Selection& to, EventView event, const Flags& flags, std::shared_ptr<GatherState> gather);
  void emit_to_children(const Selection& to, EventView event, const Flags& flags, Gather* gather);
  std::shared_ptr<GatherState> make_gather(Gather&& gather, IoLoop& owner);
  void finish(GatherState& state, std::error_code error);

  IoCore& io_;
  std::string name_;
  mutable std::mutex table_mutex_;
  std::shared_ptr<HandlerTable> table_;
  std::atomic<const HandlerTable*> newest_table_;
  bool is_parent_;
  struct Face : Namespace {
    using Namespace::Namespace;
  };
  Face face_;
  std::unique_ptr<Adapter> adapter_;
  std::unique_ptr<RecoveryHome> recovery_;
  std::atomic<std::uint64_t> acks_{0};
  std::vector<std::unique_ptr<LocalNamespace>> locals_;  // by loop; each touched by its loop alone
  std::mutex children_mutex_;
  std::vector<std::weak_ptr<NamespaceCore>> children_;
};

/// A namespace as one loop has it: its sockets and rooms there. One loop's thread.
class LocalNamespace {
 public:
  LocalNamespace(NamespaceCore& its_core, IoLoop& its_loop);

  void add(ServerSocket& socket);
  void remove(ServerSocket& socket);
  ServerSocket* find(std::string_view id) noexcept;
  /// Fills `out` with those whom it selects, each once. `asked_at`: as the rooms were when the broadcast of this loop
  /// that has this number was asked for; 0: as they are.
  void select(const Selection& who, std::vector<ServerSocket*>& out, std::uint64_t asked_at = 0);
  void deliver(const Cast& cast, const Selection& to);

  // -- Recovery: a broadcast goes by way of the home loop. Whoever is in the room when it is asked for is meant, even
  // if
  //    he has left when it comes back, and who has joined since is not.
  std::uint64_t next_broadcast() noexcept { return ++asked_for_; }
  bool has_broadcasts_out() const noexcept { return asked_for_ != came_back_; }
  void note_change(ServerSocket& socket, std::string_view room, bool joined);
  /// Recovery: asks how far the namespace is, for the next mark. Events for other loops' sockets do not come here, so
  /// that what was handed out here may lag far behind; but what is for here comes before the answer.
  void catch_up();

  struct Asked {
    std::shared_ptr<GatherState> state;
    std::vector<ServerSocket*> waiting;
  };

  NamespaceCore& core;
  IoLoop& loop;
  /// Nobody numbers what is sent to one socket, and no parser writes it: such an event is `event_head` and its JSON.
  const bool is_plain;
  unsigned outgoing_listeners = 0;
  const std::string event_head;
  RoomIndex rooms;
  std::vector<ServerSocket*> all;
  struct IdHash {  // an id ends at random: eight characters of it are a hash
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const noexcept {
      constexpr std::size_t taken = sizeof(std::uint64_t);
      return id.size() < taken ? 0
                               : static_cast<std::size_t>(load_native<std::uint64_t>(id.data() + (id.size() - taken)));
    }
    std::size_t operator()(const ServerSocket* socket) const noexcept { return (*this)(socket->sid()); }
  };
  struct SameId {
    using is_transparent = void;
    bool operator()(const ServerSocket* a, const ServerSocket* b) const noexcept { return a->sid() == b->sid(); }
    bool operator()(std::string_view id, const ServerSocket* socket) const noexcept { return id == socket->sid(); }
    bool operator()(const ServerSocket* socket, std::string_view id) const noexcept { return id == socket->sid(); }
  };
  std::unordered_set<ServerSocket*, IdHash, SameId> by_id;
  std::unordered_map<std::uint64_t, Asked> asked;  // broadcasts whose answers are out, by ack id
  std::uint64_t delivered = 0;                     // recovery: the newest offset handed out here

 private:
  struct Change {
    ServerSocket* socket;
    std::string room;
    bool joined;
    std::uint64_t after;  // so many broadcasts had been asked for
  };
  void came_back(std::uint64_t number);
  void find_undone(std::string_view room, std::uint64_t asked_at);

  std::uint32_t stamp_ = 0;
  bool asking_ = false;
  std::uint64_t asked_for_ = 0, came_back_ = 0;
  std::vector<Change> changes_;                         // of rooms, while broadcasts are on their way
  std::vector<std::pair<ServerSocket*, bool>> undone_;  // who was, or was not, in the room that is looked at
};

}  // namespace duplex::sio
