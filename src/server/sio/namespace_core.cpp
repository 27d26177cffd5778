// SPDX-License-Identifier: MIT
#include "server/sio/namespace_core.h"

#include <algorithm>

#include "server/sio/recovery.h"

namespace duplex::sio {

NamespaceCore::NamespaceCore(IoCore& io, std::string name, std::shared_ptr<HandlerTable> table, bool is_parent)
    : io_(io),
      name_(std::move(name)),
      table_(std::move(table)),
      newest_table_(table_.get()),
      is_parent_(is_parent),
      face_(std::shared_ptr<NamespaceCore>(std::shared_ptr<void>(), this)),
      locals_(io.loops().size()) {
  if (io.options().recovery.enabled && !is_parent)
    recovery_ = std::make_unique<RecoveryHome>(*this, io.options().recovery, io.options().engine.hard_limit);
}

NamespaceCore::~NamespaceCore() = default;

void NamespaceCore::forgo_recovery() { recovery_.reset(); }

std::shared_ptr<HandlerTable> NamespaceCore::shared_table() const {
  const std::lock_guard lock(table_mutex_);
  return table_;
}

void NamespaceCore::add_child(const std::shared_ptr<NamespaceCore>& child) {
  const std::lock_guard lock(children_mutex_);
  std::erase_if(children_, [](const auto& weak) { return weak.expired(); });
  children_.push_back(child);
}

std::vector<std::shared_ptr<NamespaceCore>> NamespaceCore::children() {
  std::vector<std::shared_ptr<NamespaceCore>> alive;
  const std::lock_guard lock(children_mutex_);
  for (const auto& weak : children_)
    if (auto child = weak.lock()) alive.push_back(std::move(child));
  return alive;
}

LocalNamespace& NamespaceCore::make_local(IoLoop& loop) {
  auto& local = locals_[loop.index];
  if (!local) local = std::make_unique<LocalNamespace>(*this, loop);
  return *local;
}

void NamespaceCore::maybe_forget() {
  if (!is_child || !io_.options().cleanup_empty_child_namespaces || sockets != 0 || entering != 0) return;
  if (IoLoop* here = io_.here()) here->bury(shared_from_this());  // a broadcast to it may be under way
  if (!recovery_) return io_.forget(*this);
  // Sessions may wait here for their clients.
  IoLoop& loop = io_.here_or_home();
  loop.reactor.after(io_.options().recovery.max_disconnection, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->io().forget(*self);
  });
}

bool NamespaceCore::ordered_elsewhere() const noexcept { return recovery_ && !io_.home().reactor.on_this_thread(); }

void NamespaceCore::in_order(Function<void()> fn) {
  if (ordered_elsewhere())
    io_.home().reactor.post(std::move(fn));
  else
    fn();
}

// -- a loop's part ----------------------------------------------------------------------------------------------------

LocalNamespace::LocalNamespace(NamespaceCore& its_core, IoLoop& its_loop)
    : core(its_core),
      loop(its_loop),
      is_plain(its_core.recovery() == nullptr && its_loop.parser == nullptr),
      event_head(its_core.name() == "/" ? "42" : "42" + its_core.name() + ",") {}

void LocalNamespace::add(ServerSocket& socket) {
  socket.position = static_cast<std::uint32_t>(all.size());
  all.push_back(&socket);
  by_id.insert(&socket);
  loop.counters.sockets.add();
  loop.counters.rooms.add();  // its own
  core.sockets.fetch_add(1, std::memory_order_relaxed);
}

void LocalNamespace::remove(ServerSocket& socket) {
  all.back()->position = socket.position;
  all[socket.position] = all.back();
  all.pop_back();
  if (const auto it = by_id.find(socket.sid()); it != by_id.end() && *it == &socket) by_id.erase(it);
  for (auto& [ack, out] : asked) std::erase(out.waiting, &socket);
  std::erase_if(changes_, [&socket](const Change& each) { return each.socket == &socket; });
  loop.counters.sockets.subtract();
  core.sockets.fetch_sub(1, std::memory_order_relaxed);
}

ServerSocket* LocalNamespace::find(std::string_view id) noexcept {
  const auto it = by_id.find(id);
  return it == by_id.end() ? nullptr : *it;
}

void LocalNamespace::catch_up() {
  if (core.recovery() == nullptr || asking_) return;
  if (!core.ordered_elsewhere()) {
    delivered = core.recovery()->head();
    return;
  }
  asking_ = true;
  core.in_order([shared = core.shared_from_this(), here = &loop] {
    here->reactor.post([shared, here, head = shared->recovery()->head()] {
      LocalNamespace& part = *shared->local(*here);
      part.delivered = std::max(part.delivered, head);
      part.asking_ = false;
    });
  });
}

void LocalNamespace::note_change(ServerSocket& socket, std::string_view room, bool joined) {
  if (has_broadcasts_out()) changes_.push_back({&socket, std::string(room), joined, asked_for_});
}

void LocalNamespace::came_back(std::uint64_t number) {
  came_back_ = number;
  if (!changes_.empty()) std::erase_if(changes_, [number](const Change& each) { return each.after <= number; });
}

/// Whose membership was another one when broadcast `asked_at` was asked for: the oldest change since then tells.
void LocalNamespace::find_undone(std::string_view room, std::uint64_t asked_at) {
  undone_.clear();
  for (const Change& each : changes_) {
    if (each.after < asked_at || each.room != room) continue;
    const auto is_it = [&each](const auto& known) { return known.first == each.socket; };
    if (std::none_of(undone_.begin(), undone_.end(), is_it)) undone_.emplace_back(each.socket, !each.joined);
  }
}

void LocalNamespace::select(const Selection& who, std::vector<ServerSocket*>& out, std::uint64_t asked_at) {
  out.clear();
  if (who.everyone()) {
    out = all;
    return;
  }
  // Whoever bears the stamp has been considered: excepted, or taken already.
  if (++stamp_ == 0) ++stamp_;
  const auto take = [&](ServerSocket& socket, bool wanted) {
    if (socket.stamp == stamp_) return;
    socket.stamp = stamp_;
    if (wanted) out.push_back(&socket);
  };
  const auto consider = [&](std::string_view name, bool wanted) {
    // A socket's own room has no entry of its own among the rooms; but others may have joined one of that name.
    if (ServerSocket* own = find(name); own != nullptr && own->in_own_room) take(*own, wanted);
    undone_.clear();
    if (asked_at != 0 && !changes_.empty()) find_undone(name, asked_at);
    const auto was_out = [&](const ServerSocket& socket) {
      return std::find(undone_.begin(), undone_.end(), std::pair(const_cast<ServerSocket*>(&socket), false)) !=
             undone_.end();
    };
    if (const Room* room = rooms.find(name))
      for (RoomMember* member : room->members()) {
        ServerSocket& socket = ServerSocket::of_member(*member);
        if (undone_.empty() || !was_out(socket)) take(socket, wanted);
      }
    for (const auto& [socket, was_in] : undone_)
      if (was_in) take(*socket, wanted);
  };
  who.each_exception([&](std::string_view name) { consider(name, false); });
  if (who.has_rooms())
    who.each_room([&](std::string_view name) { consider(name, true); });
  else
    for (ServerSocket* socket : all) take(*socket, true);
}

}  // namespace duplex::sio
