// SPDX-License-Identifier: MIT
#include "server/sio/presence.h"

#include <algorithm>

#include "server/sio/guard.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

/// `{"user":"ada"}`, or `"ada"`.
std::string user_of_data(const Socket& socket) {
  const json::View data = socket.data();
  const json::View user = data.is_object() ? data["user"] : data;
  return user.is_string() ? user.as<std::string>().value_or(std::string()) : std::string();
}

}  // namespace

PresenceCore::PresenceCore(IoCore& io, PresenceOptions options) : io_(io), options_(std::move(options)) {
  if (!options_.user) options_.user = user_of_data;
}

void PresenceCore::joined(Socket& socket, std::string_view room) {
  if (options_.room && !options_.room(room)) return;
  std::string user = options_.user(socket);
  if (user.empty()) return;
  const std::lock_guard lock(mutex_);
  auto& its = memberships_[socket.handle().bits()];
  for (const Membership& each : its)
    if (each.room == room) return;
  Present& present = rooms_[std::string(room)].people[user];
  const bool fresh = present.sockets == 0 && present.absence == 0;
  present.absence = 0;
  present.sockets += 1;
  present.data = json::Text(std::string(socket.data().text()));
  if (fresh) tell(&PresenceCore::on_join, room, user, present);
  its.push_back({std::string(room), std::move(user)});
}

void PresenceCore::left(Socket& socket, std::string_view room) {
  const std::lock_guard lock(mutex_);
  const auto its = memberships_.find(socket.handle().bits());
  if (its == memberships_.end()) return;
  const auto membership = std::find_if(its->second.begin(), its->second.end(),
                                       [room](const Membership& each) { return each.room == room; });
  if (membership == its->second.end()) return;
  gone(*membership, false);
  its->second.erase(membership);
  if (its->second.empty()) memberships_.erase(its);
}

void PresenceCore::disconnected(Socket& socket, bool expected) {
  const std::lock_guard lock(mutex_);
  const auto its = memberships_.extract(socket.handle().bits());
  if (its.empty()) return;
  for (const Membership& each : its.mapped()) gone(each, expected && options_.grace.count() > 0);
}

void PresenceCore::gone(const Membership& membership, bool expected) {
  Present& present = rooms_.find(membership.room)->second.people.find(membership.user)->second;
  if (--present.sockets > 0) return;
  if (!expected) return remove(membership.room, membership.user);
  present.absence = ++absences_;
  io_.home().reactor.post([core = shared_from_this(), membership, absence = present.absence] {
    core->expect({{}, membership.room, membership.user, absence});
  });
}

void PresenceCore::remove(std::string_view room, std::string_view user) {
  const auto it = rooms_.find(room);
  const auto present = it->second.people.find(user);
  tell(&PresenceCore::on_leave, room, user, present->second);
  it->second.people.erase(present);
  if (it->second.people.empty()) rooms_.erase(it);
}

/// Always by way of the inbox, so that changes are told in the order in which they were decided, on whatever loop.
void PresenceCore::tell(Change change, std::string_view room, std::string_view user, const Present& present) {
  io_.home().reactor.post([core = shared_from_this(), change, version = ++version_, room = std::string(room),
                           person = Person{std::string(user), present.data, present.sockets}] {
    if (core->muted_) return;
    for (auto& fn : (*core).*change)
      guarded(core->io_.home(), "a presence handler", [&] { fn({room, person, version}); });
  });
}

// -- the home loop ----------------------------------------------------------------------------------------------------

void PresenceCore::expect(Departure departure) {
  departure.at = io_.home().reactor.now() + options_.grace;
  departures_.push_back(std::move(departure));
  if (!timer_) look_again();
}

/// Who has not come back in time has left; looks again while somebody is expected.
void PresenceCore::look_again() {
  net::Reactor& reactor = io_.home().reactor;
  {
    const std::lock_guard lock(mutex_);
    for (; !departures_.empty() && departures_.front().at <= reactor.now(); departures_.pop_front()) {
      const Departure& due = departures_.front();
      const auto room = rooms_.find(due.room);
      if (room == rooms_.end()) continue;
      const auto present = room->second.people.find(due.user);
      if (present != room->second.people.end() && present->second.absence == due.absence) remove(due.room, due.user);
    }
  }
  timer_ = !departures_.empty();
  if (!timer_) return;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(departures_.front().at - reactor.now());
  reactor.after(wait, [weak = weak_from_this()] {
    if (const auto core = weak.lock()) core->look_again();
  });
}

// -- what is asked ----------------------------------------------------------------------------------------------------

Roster PresenceCore::roster(std::string_view room) const {
  const std::lock_guard lock(mutex_);
  Roster roster{version_, {}};
  if (const auto it = rooms_.find(room); it != rooms_.end())
    for (const auto& [user, present] : it->second.people)
      roster.people.push_back({user, present.data, present.sockets});
  return roster;
}

std::size_t PresenceCore::count(std::string_view room) const {
  const std::lock_guard lock(mutex_);
  const auto it = rooms_.find(room);
  return it == rooms_.end() ? 0 : it->second.people.size();
}

bool PresenceCore::is_in(std::string_view room, std::string_view user) const {
  const std::lock_guard lock(mutex_);
  const auto it = rooms_.find(room);
  return it != rooms_.end() && it->second.people.contains(user);
}

// -- the public face --------------------------------------------------------------------------------------------------

Presence::Presence(Namespace& nsp, PresenceOptions options)
    : core_(std::make_shared<PresenceCore>(nsp.core_->io(), std::move(options))) {
  nsp.on_join_room([core = core_](Socket& socket, std::string_view room) { core->joined(socket, room); });
  nsp.on_leave_room([core = core_](Socket& socket, std::string_view room) { core->left(socket, room); });
  nsp.on_disconnecting([core = core_](Socket& socket, const Disconnect& why) {
    core->disconnected(socket, why.reason != "server namespace disconnect");
  });
}
Presence::~Presence() { core_->mute(); }

Presence& Presence::on_join(Function<void(const PresenceChange&)> fn) {
  core_->on_join.push_back(std::move(fn));
  return *this;
}
Presence& Presence::on_leave(Function<void(const PresenceChange&)> fn) {
  core_->on_leave.push_back(std::move(fn));
  return *this;
}

Roster Presence::roster(std::string_view room) const { return core_->roster(room); }
std::size_t Presence::count(std::string_view room) const { return core_->count(room); }
bool Presence::is_in(std::string_view room, std::string_view user) const { return core_->is_in(room, user); }

}  // namespace duplex::sio
