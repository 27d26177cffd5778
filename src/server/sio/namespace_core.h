// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/room_index.h"
#include "server/eio/shared_packet.h"
#include "server/sio/io_core.h"

namespace duplex::sio {

class LocalNamespace;
class RecoveryHome;

/// What a namespace does: set before the server starts, then only called. A pattern's children share their parent's.
struct HandlerTable {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>()(s); }
  };
  std::unordered_map<std::string, std::vector<Bound>, Hash, std::equal_to<>> events;
  std::vector<Function<void(Socket&)>> connect;
  std::vector<Function<void(Socket&, const Disconnect&)>> disconnecting, disconnect;
  std::vector<Function<void(Socket&, std::string_view, json::View)>> unhandled;
  std::vector<Function<void(Handshake&, Admit)>> middlewares;
  std::vector<Function<void(std::string_view, json::View)>> server_side;
};

/// An event that owns what it says, to cross from thread to thread.
struct OwnedEvent {
  explicit OwnedEvent(EventView event);
  EventView view() const noexcept { return {text, views}; }
  std::string text;
  std::vector<std::vector<std::byte>> attachments;
  std::vector<json::Binary> views;
};

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

/// One broadcast on its way: encoded once, and the same for every loop. Immutable.
struct Cast {
  std::shared_ptr<const eio::SharedPacket> packet;
  Selection to;
  Flags flags;
  std::uint64_t offset = 0;                 ///< recovery's; 0: none
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
  HandlerTable& table() noexcept { return *table_; }
  const std::shared_ptr<HandlerTable>& shared_table() const noexcept { return table_; }
  Adapter& adapter() noexcept { return *adapter_; }
  void set_adapter(std::unique_ptr<Adapter> adapter) { adapter_ = std::move(adapter); }
  RecoveryHome* recovery() const noexcept { return recovery_.get(); }
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

  // -- to many (broadcast.cpp), through the adapter
  void emit(const Selection& to, EventView event, const Flags& flags, Gather* gather);
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
  /// Hands it to every loop, or to `only`.
  void hand_out(Cast&& cast, IoLoop* only = nullptr);
  /// Only on the home loop, or without recovery: encodes, numbers, hands out.
  void send_cast(const Selection& to, EventView event, const Flags& flags, std::shared_ptr<GatherState> gather,
                 IoLoop* only);
  RemoteSocket describe(const ServerSocket& socket);
  std::atomic<unsigned> outgoing_listeners{0};

  // -- answers to a broadcast: the loop that asked
  void arrived(GatherState& state, std::size_t receivers);
  void answered(GatherState& state, OwnedEvent&& answer);

 private:
  std::shared_ptr<GatherState> make_gather(Gather&& gather, IoLoop& owner);
  void finish(GatherState& state, std::error_code error);

  IoCore& io_;
  std::string name_;
  std::shared_ptr<HandlerTable> table_;
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
  LocalNamespace(NamespaceCore& its_core, IoLoop& its_loop) : core(its_core), loop(its_loop) {}

  void add(ServerSocket& socket);
  void remove(ServerSocket& socket);
  ServerSocket* find(std::string_view id) noexcept;
  /// Fills `out` with those whom it selects, each once.
  void select(const Selection& who, std::vector<ServerSocket*>& out);
  void deliver(const Cast& cast);
  /// Recovery: asks how far the namespace is, for the next mark. Events for other loops' sockets do not come here, so
  /// that what was handed out here may lag far behind; but what is for here comes before the answer.
  void catch_up();

  struct Asked {
    std::shared_ptr<GatherState> state;
    std::vector<ServerSocket*> waiting;
  };

  NamespaceCore& core;
  IoLoop& loop;
  RoomIndex rooms;
  std::vector<ServerSocket*> all;
  std::unordered_map<std::string_view, ServerSocket*> by_id;  // the key lies in the socket
  std::unordered_map<std::uint64_t, Asked> asked;             // broadcasts whose answers are out, by ack id
  std::uint64_t delivered = 0;                                // recovery: the newest offset handed out here
  unsigned outgoing_listeners = 0;

 private:
  std::uint32_t stamp_ = 0;
  bool asking_ = false;
};

/// Encodes one packet of an event or an ack: `4` is not written. `offset`: recovery's, as the last argument.
void write_packet(Buffer& out, bool ack, std::string_view nsp, std::optional<std::uint64_t> id, EventView event,
                  std::string_view offset = {});

}  // namespace duplex::sio
