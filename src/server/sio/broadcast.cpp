// SPDX-License-Identifier: MIT
// From one to many: encoded once, in order, to every loop; and what is asked of every loop.
#include <algorithm>

#include "protocol/sio/event.h"
#include "server/sio/client.h"
#include "server/sio/encoded_packet.h"
#include "server/sio/namespace_core.h"
#include "server/sio/recovery.h"

namespace duplex::sio {

void NamespaceCore::emit(const Selection& to, EventView event, const Flags& flags, Gather* gather) {
  if (io_.refuse_reserved(event)) {
    if (gather != nullptr && gather->then) gather->then({{}, make_error_code(duplex::Errc::bad_argument)});
    return;
  }
  if (is_parent_) return emit_to_children(to, event, flags, gather);
  if (gather == nullptr) return flags.local ? cast(to, event, flags, nullptr) : adapter_->broadcast(to, event, flags);
  if (flags.local) return cast(to, event, flags, gather);
  adapter_->broadcast(to, event, flags, std::move(*gather));
}

void NamespaceCore::cast(const Selection& to, EventView event, const Flags& flags, Gather* gather) {
  auto asked = gather == nullptr ? nullptr : make_gather(std::move(*gather), io_.here_or_home());
  if (!ordered_elsewhere()) return send_cast(to, event, flags, std::move(asked), {});
  IoLoop* const here = io_.here();
  LocalNamespace* const part = here == nullptr ? nullptr : local(*here);
  const Origin origin{here, part == nullptr ? 0 : part->next_broadcast()};
  in_order([core = shared_from_this(), to, owned = OwnedEvent(event), flags, asked = std::move(asked),
            origin]() mutable { core->send_cast(to, owned.view(), flags, std::move(asked), origin); });
}

Cast NamespaceCore::make_cast(const Selection& to, EventView event, const Flags& flags,
                              std::shared_ptr<GatherState> gather) {
  Cast cast;
  std::string offset;
  const bool logged = recovery_ && !gather && !flags.is_volatile;
  if (recovery_ && !gather) {
    // A volatile event is not kept, but it too says how far its receiver is: a client takes any string at the end for
    // that.
    cast.offset = logged ? recovery_->next() : recovery_->head();
    offset = recovery_->text_of(cast.offset);
  }
  thread_local Buffer room;
  const Packet packet = packet_of(event, name_, gather ? std::optional(gather->id) : std::nullopt);
  const EncodedPacket encoded(io_.parser(), room, packet, event.attachments, offset);
  cast.packet = eio::SharedPacket::make(encoded.message(), encoded.attachments(), flags.compress);
  if (logged) recovery_->append(cast.packet, to);
  cast.flags = flags;
  cast.gather = std::move(gather);
  if (outgoing_listeners.load(std::memory_order_relaxed) != 0) cast.event = std::make_shared<const OwnedEvent>(event);
  return cast;
}

void NamespaceCore::send_cast(const Selection& to, EventView event, const Flags& flags,
                              std::shared_ptr<GatherState> gather, Origin origin) {
  Cast cast = make_cast(to, event, flags, std::move(gather));
  cast.origin = origin;
  hand_out(std::move(cast), to);
}

void NamespaceCore::send_numbered(std::string_view sid, std::uint64_t bits, EventView event, const Flags& flags) {
  Selection self;
  self.add_room(sid);
  Cast cast = make_cast(self, event, flags, nullptr);
  cast.socket = bits;
  hand_out(std::move(cast), self);
}

void NamespaceCore::hand_out(Cast&& cast, const Selection& to) {
  IoLoop* const here = io_.here();
  if (io_.loops().size() == 1 && here != nullptr) {
    if (LocalNamespace* part = local(*here))
      part->deliver(cast, to);
    else if (cast.gather)
      arrived(*cast.gather, 0);
    return;
  }
  struct Crossing {
    Cast cast;
    Selection to;
  };
  const auto shared = std::make_shared<const Crossing>(Crossing{std::move(cast), to});
  const auto deliver = [core = shared_from_this(), shared](IoLoop& loop) {
    if (LocalNamespace* part = core->local(loop))
      part->deliver(shared->cast, shared->to);
    else if (shared->cast.gather)
      shared->cast.gather->owner->run([core, shared] { core->arrived(*shared->cast.gather, 0); });
  };
  const auto is_wanted = [bits = shared->cast.socket](const IoLoop& loop) {
    return bits == 0 || bits >> 56 == static_cast<std::uint64_t>(loop.reactor.slot());
  };
  for (const auto& loop : io_.loops())
    if (loop.get() != here && is_wanted(*loop)) loop->reactor.post([deliver, loop = loop.get()] { deliver(*loop); });
  if (here != nullptr && is_wanted(*here)) deliver(*here);
}

namespace {
/// What is delivered to lies all over the memory, each part behind a pointer in the one before: it is fetched while
/// others are served, a step at a time.
void look_ahead(const std::vector<ServerSocket*>& reached, std::size_t i) {
  constexpr std::size_t step = 4;
  if (i + 3 * step < reached.size()) __builtin_prefetch(&reached[i + 3 * step]->client);
  if (i + 2 * step < reached.size()) __builtin_prefetch(reached[i + 2 * step]->client);
  if (i + step < reached.size())
    if (const Client* const client = reached[i + step]->client) __builtin_prefetch(&client->session);
}
}  // namespace

void LocalNamespace::deliver(const Cast& cast, const Selection& to) {
  delivered = std::max(delivered, cast.offset);
  // Sending may end a session, and a listener may do anything: the list is made first, and what leaves meanwhile is
  // skipped. Nothing is freed before the turn ends.
  std::vector<ServerSocket*> reached = std::exchange(loop.reached, {});
  reached.clear();
  if (cast.socket != 0) {
    if (ServerSocket* socket = loop.find(cast.socket)) reached.push_back(socket);
  } else {
    const bool is_ours = cast.origin.loop == &loop;
    select(to, reached, is_ours ? cast.origin.number : 0);
    if (is_ours && cast.origin.number != 0) came_back(cast.origin.number);
  }
  if (cast.gather) {
    auto& state = cast.gather;
    if (!reached.empty()) asked[state->id] = {state, reached};
    state->owner->run([core = core.shared_from_this(), state, n = reached.size()] { core->arrived(*state, n); });
  }
  if (!reached.empty()) {
    const eio::SendOptions options{.compress = cast.flags.compress, .droppable = cast.flags.is_volatile};
    eio::LoopPacket packet(cast.packet, loop.reactor);
    for (std::size_t i = 0; i < reached.size(); ++i) {
      look_ahead(reached, i);
      ServerSocket* const socket = reached[i];
      if (socket->client == nullptr) continue;
      if (cast.event && outgoing_listeners != 0) socket->tell_outgoing(cast.event->text, cast.event->views);
      if (socket->client == nullptr) continue;
      socket->client->session.send_shared(packet, options);
    }
    loop.counters.events_out.add(reached.size());
  }
  reached.clear();
  loop.reached = std::move(reached);
}

// -- answers from many ------------------------------------------------------------------------------------------------

/// On any thread, so that a broadcast needs no detour: its timer starts on the loop that will hear the answers, before
/// any of them.
std::shared_ptr<GatherState> NamespaceCore::make_gather(Gather&& gather, IoLoop& owner) {
  auto state = std::make_shared<GatherState>();
  state->id = next_ack();
  state->owner = &owner;
  state->then = std::move(gather.then);
  state->loops_left = io_.loops().size();
  const auto limit = gather.limit.count() > 0 ? gather.limit : io_.options().ack_timeout;
  owner.run([core = shared_from_this(), state, limit] {
    state->timer = state->owner->reactor.after(
        limit, [core, state] { core->finish(*state, make_error_code(duplex::Errc::timeout)); });
    state->owner->counters.pending_acks.add();
  });
  return state;
}

/// A loop has sent it to so many.
void NamespaceCore::arrived(GatherState& state, std::size_t receivers) {
  --state.loops_left;
  state.expected += receivers;
  if (state.loops_left == 0 && state.answers.size() == state.expected) finish(state, {});
}

void NamespaceCore::answered(GatherState& state, OwnedEvent&& answer) {
  if (state.done) return;
  state.answers.push_back(std::move(answer));
  if (state.loops_left == 0 && state.answers.size() == state.expected) finish(state, {});
}

void NamespaceCore::finish(GatherState& state, std::error_code error) {
  if (std::exchange(state.done, true)) return;
  state.owner->counters.pending_acks.subtract();
  if (!error)
    state.owner->reactor.cancel(state.timer);
  else  // nobody waits for the others any more, on any loop
    for (const auto& loop : io_.loops())
      loop->run([core = shared_from_this(), loop = loop.get(), id = state.id] {
        if (LocalNamespace* part = core->local(*loop)) part->asked.erase(id);
      });
  Answers answers;
  answers.error = error;
  for (const OwnedEvent& answer : state.answers) answers.list.push_back({json::View(answer.text, answer.views)});
  if (state.then) std::exchange(state.then, {})(answers);
}

// -- asked of every loop ----------------------------------------------------------------------------------------------

void NamespaceCore::ask_all(Function<Part(LocalNamespace*)> work, Function<void(Part)> then) {
  struct Round {
    Function<Part(LocalNamespace*)> work;
    Function<void(Part)> then;
    Part parts;
    std::size_t left;
  };
  auto round = std::make_shared<Round>(Round{std::move(work), std::move(then), {}, io_.loops().size()});
  IoLoop* const owner = &io_.here_or_home();
  in_order([core = shared_from_this(), round, owner] {
    const auto visit = [core, round, owner](IoLoop& loop) {
      Part part = round->work(core->local(loop));
      owner->run([core, round, part = std::move(part)]() mutable {
        std::move(part.begin(), part.end(), std::back_inserter(round->parts));
        if (--round->left == 0 && round->then) round->then(std::move(round->parts));
      });
    };
    IoLoop* const here = core->io().here();
    for (const auto& loop : core->io().loops())
      if (loop.get() != here) loop->reactor.post([visit, loop = loop.get()] { visit(*loop); });
    if (here != nullptr) visit(*here);
  });
}

namespace {
/// Does something to each socket that is selected, on every loop.
template <class Act>
auto each_of(const Selection& who, Act act) {
  return [who, act](LocalNamespace* part) {
    std::vector<ServerSocket*> chosen;
    if (part != nullptr) part->select(who, chosen);
    for (ServerSocket* socket : chosen)
      if (socket->client != nullptr) act(*socket);
    return NamespaceCore::Part();
  };
}
auto when(Function<void()> done) {
  return [done = std::move(done)](NamespaceCore::Part) mutable {
    if (done) done();
  };
}
}  // namespace

void NamespaceCore::join(const Selection& who, std::string_view room, Function<void()> done) {
  ask_all(each_of(who, [room = std::string(room)](ServerSocket& socket) { socket.enter_room(room); }),
          when(std::move(done)));
}
void NamespaceCore::leave(const Selection& who, std::string_view room, Function<void()> done) {
  ask_all(each_of(who, [room = std::string(room)](ServerSocket& socket) { socket.leave_room(room); }),
          when(std::move(done)));
}
void NamespaceCore::disconnect(const Selection& who, bool close, Function<void()> done) {
  ask_all(each_of(who, [close](ServerSocket& socket) { socket.disconnect_from_server(close); }), when(std::move(done)));
}
void NamespaceCore::fetch(const Selection& who, Function<void(Part)> then) {
  ask_all(
      [who, core = shared_from_this()](LocalNamespace* part) {
        Part found;
        std::vector<ServerSocket*> chosen;
        if (part != nullptr) part->select(who, chosen);
        for (ServerSocket* socket : chosen) found.push_back(core->describe(*socket));
        return found;
      },
      std::move(then));
}

RemoteSocket NamespaceCore::describe(const ServerSocket& socket) {
  RemoteSocket remote;
  remote.id = socket.sid();
  socket.each_room_name([&](std::string_view room) { remote.rooms.emplace_back(room); });
  remote.data = socket.data_text();
  remote.handshake = socket.handshake_.json();
  remote.core_ = shared_from_this();
  return remote;
}

void NamespaceCore::heard(std::string_view name, json::View arguments) {
  const auto table = shared_table();  // an adapter's thread need not be a loop's
  for (const auto& fn : table->server_side) (*fn)(name, arguments);
}

}  // namespace duplex::sio
