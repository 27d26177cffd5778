// SPDX-License-Identifier: MIT
#include "server/sio/recovery.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "server/sio/client.h"
#include "server/sio/ids.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

constexpr std::size_t epoch_size = 5;  // four characters and a hyphen
constexpr std::size_t longest_offset = 24;

/// Would an event of this selection have reached a socket in these rooms?
bool selects(const Selection& to, const std::unordered_set<std::string_view>& rooms) {
  bool reached = !to.has_rooms();
  to.each_room([&](std::string_view room) { reached = reached || rooms.contains(room); });
  to.each_exception([&](std::string_view room) { reached = reached && !rooms.contains(room); });
  return reached;
}

}  // namespace

RecoveryHome::RecoveryHome(NamespaceCore& core, const Recovery& options, std::size_t max_replay)
    : core_(core), options_(options), max_replay_(max_replay), epoch_(random_id(epoch_size - 1) + '-') {}

void RecoveryHome::append(std::shared_ptr<const eio::SharedPacket> packet, const Selection& to) {
  const std::size_t bytes = packet->bytes_held();
  log_.push_back({std::move(packet), to, core_.io().home().reactor.now(), bytes});
  bytes_ += bytes;
  ++head_;
  prune();
}

void RecoveryHome::prune() {
  const auto oldest = core_.io().home().reactor.now() - options_.max_disconnection;
  while (!log_.empty() &&
         (log_.size() > options_.max_events || bytes_ > options_.max_bytes || log_.front().at < oldest)) {
    bytes_ -= log_.front().bytes;
    log_.pop_front();
  }
}

void RecoveryHome::opened(std::string pid, std::string sid, std::uint64_t bits) {
  core_.io().locate(bits, core_, sid);
  Session& session = sessions_[std::move(pid)];
  session = Session();
  session.sid = std::move(sid);
  session.bits = bits;
}

void RecoveryHome::parked(const std::string& pid, std::uint64_t bits, Kept kept) {
  core_.io().lose(bits);
  const auto it = sessions_.find(pid);
  if (it != sessions_.end() && it->second.bits == bits) park(pid, it->second, std::move(kept));
}

void RecoveryHome::park(const std::string& pid, Session& session, Kept kept) {
  session.bits = 0;
  session.turn = ++turns_;
  session.kept = std::move(kept);
  parkings_.push_back({core_.io().home().reactor.now() + options_.max_disconnection, pid, session.turn});
  if (!timer_) look_again();
}

void RecoveryHome::forgotten(const std::string& pid, std::uint64_t bits) {
  core_.io().lose(bits);
  const auto it = sessions_.find(pid);
  if (it != sessions_.end() && it->second.bits == bits) sessions_.erase(it);
}

/// Sessions whose client did not come back in time go; looks again while there are any.
void RecoveryHome::look_again() {
  net::Reactor& reactor = core_.io().home().reactor;
  const auto now = reactor.now();
  while (!parkings_.empty() && parkings_.front().until <= now) {
    const auto it = sessions_.find(parkings_.front().pid);
    if (it != sessions_.end() && it->second.bits == 0 && it->second.turn == parkings_.front().turn) sessions_.erase(it);
    parkings_.pop_front();
  }
  prune();
  timer_ = !parkings_.empty();
  if (!timer_) return;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(parkings_.front().until - now);
  reactor.after(wait, [core = core_.weak_from_this()] {
    if (const auto alive = core.lock()) alive->recovery()->look_again();
  });
}

std::uint64_t RecoveryHome::offset_of(std::string_view text) const noexcept {
  if (text.size() > longest_offset || !text.starts_with(epoch_)) return 0;
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(text.data() + epoch_size, text.data() + text.size(), offset);
  return error == std::errc() && end == text.data() + text.size() && offset <= head() ? offset : 0;
}

void RecoveryHome::restore(std::string pid, std::string offset, Then then) {
  const auto it = sessions_.find(pid);
  if (it == sessions_.end()) return then(nullptr, "its session is unknown, or waited too long");
  if (it->second.taken) return then(nullptr, "another connection is taking its session over");
  if (it->second.bits == 0) return finish(pid, offset, nullptr, then);

  // The session's socket looks alive: most likely its connection is dead and nobody has noticed yet. It is cut off
  // first, so that there is never more than one, and what it is comes from its loop.
  it->second.taken = true;
  IoLoop* const home = &core_.io().home();
  net::Reactor::post_to(static_cast<int>(it->second.bits >> 56),
                        [home, core = core_.shared_from_this(), bits = it->second.bits, pid = std::move(pid),
                         offset = std::move(offset), then = std::make_unique<Then>(std::move(then))]() mutable {
                          home->reactor.post([core, kept = fence(bits), pid = std::move(pid),
                                              offset = std::move(offset), then = std::move(then)]() mutable {
                            core->recovery()->finish(pid, offset, std::move(kept), *then);
                          });
                        });
}

void RecoveryHome::finish(const std::string& pid, const std::string& offset, std::unique_ptr<Kept> kept, Then& then) {
  const auto it = sessions_.find(pid);
  if (it == sessions_.end()) return then(nullptr, "its session was ended");
  Session session = std::move(it->second);
  core_.io().lose(session.bits);
  sessions_.erase(it);  // for one use: the next connection makes a new entry
  if (kept)
    session.kept = std::move(*kept);
  else if (session.bits != 0)
    return then(nullptr, "its session was ended");

  prune();
  auto restored =
      std::make_unique<Restored>(Restored{pid, std::move(session.sid), std::move(session.kept), {}, head()});
  const std::uint64_t from = std::max(offset_of(offset), restored->kept.floor);
  restored->kept.floor = from;
  const std::uint64_t evicted = head() - log_.size();  // and everything before it
  const std::unordered_set<std::string_view> rooms(restored->kept.rooms.begin(), restored->kept.rooms.end());
  if (from < evicted) return then(nullptr, "events that it may have missed have left the log");
  std::size_t bytes = 0;
  for (std::uint64_t n = from; n < head(); ++n) {
    const Entry& entry = log_[n - evicted];
    if (!selects(entry.to, rooms)) continue;
    bytes += entry.packet->size();
    restored->missed.push_back(entry.packet);
  }
  if (bytes > max_replay_) return then(nullptr, "what it missed is larger than its send queue");
  then(std::move(restored), {});
}

void RecoveryHome::put_back(const Restored& restored) {
  Session& session = sessions_[restored.pid];
  session = Session();
  session.sid = restored.sid;
  park(restored.pid, session, restored.kept);
}

Kept keep(const ServerSocket& socket) {
  Kept kept;
  socket.each_room_name([&](std::string_view room) { kept.rooms.emplace_back(room); });
  kept.data = socket.data_text();
  if (const auto* extras = socket.extras_if_any()) kept.floor = extras->continuity.floor;
  return kept;
}

std::unique_ptr<Kept> fence(std::uint64_t bits) {
  IoLoop* const loop = IoLoop::here();
  ServerSocket* const socket = loop == nullptr ? nullptr : loop->find(bits);
  if (socket == nullptr) return nullptr;
  auto kept = std::make_unique<Kept>(keep(*socket));
  socket->fenced = true;
  // Its connection is gone for all its namespaces; those of them that can be recovered are kept.
  socket->client->session.end("transport close", "its client came back over another connection");
  return kept;
}

}  // namespace duplex::sio
