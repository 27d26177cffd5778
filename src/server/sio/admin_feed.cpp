// SPDX-License-Identifier: MIT
#include "server/sio/admin_feed.h"

#include <algorithm>
#include <ctime>

#include "server/sio/client.h"
#include "server/sio/handshake_json.h"
#include "server/sio/io_core.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

constexpr std::size_t client_id_size = 12;  // of a session's id, which is a secret as a whole

std::string_view transport_of(const Client& client) { return name_of(client.session.transport_now()); }

/// What a socket without data shows: Node's has an object from the beginning.
json::View data_of(const ServerSocket& socket) {
  const json::View data = socket.data_text().view();
  return data.is_null() ? json::View("{}") : data;
}

}  // namespace

std::string iso_time(std::chrono::system_clock::time_point at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[80];
  const int size =
      std::snprintf(text, sizeof text, "%d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                    parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(ms % 1000));
  return {text, static_cast<std::size_t>(size)};
}

AdminFeed::AdminFeed(IoCore& io, NamespaceCore& admin, const AdminOptions& options)
    : io_(io), admin_(admin), options_(options), allowances_(io.loops().size()) {}

/// On its way to the home loop. Always by its inbox: whoever is told may be cut off for being slow, and that must not
/// happen in the middle of what is told of.
template <class... T>
void AdminFeed::tell(IoLoop& loop, std::string_view kind, const T&... values) {
  detail::Encoded written(kind, values...);
  io_.home().reactor.post(
      [this, from = loop.index, event = std::make_shared<const OwnedEvent>(written.view())] { happened(from, event); });
}

// -- what happens -----------------------------------------------------------------------------------------------------

void AdminFeed::connected(ServerSocket& socket) {
  listen(socket);
  if (is_watched())
    tell(socket.loop(), "socket_connected", describe(socket), iso_time(std::chrono::system_clock::now()));
}

void AdminFeed::disconnected(ServerSocket& socket, std::string_view reason, const std::vector<std::string>& rooms) {
  if (!is_watched()) return;
  const std::string& nsp = socket.local->core.name();
  const std::string now = iso_time(std::chrono::system_clock::now());
  tell(socket.loop(), "socket_disconnected", nsp, socket.sid(), reason, now);
  for (const std::string& room : rooms) tell(socket.loop(), "room_left", nsp, room, socket.sid(), now);
}

void AdminFeed::joined(ServerSocket& socket, std::string_view room) {
  if (is_watched())
    tell(socket.loop(), "room_joined", socket.local->core.name(), room, socket.sid(),
         iso_time(std::chrono::system_clock::now()));
}

void AdminFeed::left(ServerSocket& socket, std::string_view room) {
  if (is_watched())
    tell(socket.loop(), "room_left", socket.local->core.name(), room, socket.sid(),
         iso_time(std::chrono::system_clock::now()));
}

void AdminFeed::changed_data(ServerSocket& socket) {
  if (is_watched())
    tell(socket.loop(), "socket_updated",
         json::object("id", socket.sid(), "nsp", socket.local->core.name(), "data", data_of(socket)));
}

void AdminFeed::upgraded(Client& client) {
  if (!is_watched()) return;
  for (ServerSocket* socket : client.sockets)
    tell(client.loop, "socket_updated",
         json::object("id", socket->sid(), "nsp", socket->local->core.name(), "transport", transport_of(client)));
}

/// As code ported from JavaScript would: a socket's own listeners, so that sockets that nobody watches have none.
void AdminFeed::listen(ServerSocket& socket) {
  if (&socket.local->core == &admin_) return;  // what it says to a page is about the others
  socket.on_any([this, &socket](std::string_view name, json::View arguments) {
    if (is_watched()) show("event_received", socket, name, arguments);
  });
  socket.on_any_outgoing([this, &socket](std::string_view name, json::View arguments) {
    if (is_watched()) show("event_sent", socket, name, arguments);
  });
}

void AdminFeed::show(std::string_view kind, ServerSocket& socket, std::string_view name, json::View arguments) {
  if (!is_allowed(socket.loop())) return;
  std::size_t size = arguments.text().size();
  for (const json::Binary bytes : arguments.attachments()) size += bytes.size();
  std::string all = "[";
  json::Writer writer(all);
  writer.string(name);
  const bool whole = size <= options_.max_arguments;
  if (!whole) {
    all += ',';
    writer.string("(" + std::to_string(size) + " bytes)");
    all += ']';
  } else if (arguments.text() == "[]") {
    all += ']';
  } else {
    all += ',';
    all += arguments.text().substr(1);
  }
  const json::View event(all, whole ? arguments.attachments() : std::span<const json::Binary>());
  tell(socket.loop(), kind, socket.local->core.name(), socket.sid(), event, iso_time(std::chrono::system_clock::now()));
}

/// A busy server must not bury the page: what is past the allowance of this second is only counted.
bool AdminFeed::is_allowed(IoLoop& loop) {
  Allowance& its = allowances_[loop.index];
  const auto now = loop.reactor.now();
  if (now - its.second >= std::chrono::seconds(1)) {
    if (its.left_out != 0)
      loop.reactor.log(LogLevel::info, "admin",
                       std::to_string(its.left_out) + " events of a second were not shown: max_events is " +
                           std::to_string(options_.max_events));
    its = {now, 0, 0};
  }
  if (its.shown < options_.max_events) return ++its.shown, true;
  ++its.left_out;
  return false;
}

json::Text AdminFeed::describe(const ServerSocket& socket) const {
  std::vector<std::string_view> rooms;
  socket.each_room_name([&](std::string_view room) { rooms.push_back(room); });
  return json::object("id", socket.sid(), "clientId", socket.client->session.sid().substr(0, client_id_size),
                      "transport", transport_of(*socket.client), "nsp", socket.local->core.name(), "data",
                      data_of(socket), "handshake", admin_handshake(socket.handshake_), "rooms", rooms);
}

// -- who watches ------------------------------------------------------------------------------------------------------

void AdminFeed::watch(ServerSocket& admin) {
  {
    const std::lock_guard lock(mutex_);
    present_.push_back(admin.bits());
    watchers_.store(present_.size(), std::memory_order_relaxed);  // from here on everything is told
  }
  io_.home().reactor.post([this, bits = admin.bits()] {
    newcomers_.push_back({bits, {}, std::vector<bool>(io_.loops().size()), io_.loops().size(), {}});
    for (const auto& each : io_.loops())
      each->reactor.post([this, bits, loop = each.get()] {
        std::string sockets;
        for (const auto& core : io_.namespaces())
          if (const LocalNamespace* part = core->local(*loop))
            for (const ServerSocket* socket : part->all)
              sockets.append(sockets.empty() ? "" : ",").append(describe(*socket).text());
        io_.home().reactor.post([this, bits, index = loop->index, sockets = std::move(sockets)]() mutable {
          arrived(bits, index, std::move(sockets));
        });
      });
  });
}

void AdminFeed::unwatch(ServerSocket& admin) {
  {
    const std::lock_guard lock(mutex_);
    if (std::erase(present_, admin.bits()) == 0) return;  // it went before it watched
    watchers_.store(present_.size(), std::memory_order_relaxed);
  }
  io_.home().reactor.post([this, bits = admin.bits()] {
    std::erase(watching_, bits);
    std::erase_if(newcomers_, [bits](const Newcomer& each) { return each.bits == bits; });
  });
}

// -- the home loop ----------------------------------------------------------------------------------------------------

void AdminFeed::happened(std::size_t loop, const Event& event) {
  for (const std::uint64_t bits : watching_) send(bits, event);
  for (Newcomer& each : newcomers_)
    if (each.has[loop]) each.happened.push_back(event);
}

/// What a loop knows, for a newcomer: from here on it hears of every change there.
void AdminFeed::arrived(std::uint64_t bits, std::size_t loop, std::string sockets) {
  const auto it = std::find_if(newcomers_.begin(), newcomers_.end(), [bits](const auto& n) { return n.bits == bits; });
  if (it == newcomers_.end()) return;  // it has gone meanwhile
  if (!it->sockets.empty() && !sockets.empty()) it->sockets += ',';
  it->sockets += sockets;
  it->has[loop] = true;
  if (--it->loops_left != 0) return;
  const json::Text all("[" + it->sockets + "]");
  detail::Encoded written("all_sockets", all);
  send(bits, std::make_shared<const OwnedEvent>(written.view()));
  for (const Event& event : it->happened) send(bits, event);
  watching_.push_back(bits);
  newcomers_.erase(it);
}

void AdminFeed::send(std::uint64_t bits, const Event& event) {
  net::Reactor::post_to(static_cast<int>(bits >> 56), [bits, event] {
    IoLoop* const loop = IoLoop::here();
    if (ServerSocket* socket = loop == nullptr ? nullptr : loop->find(bits)) socket->send(event->view(), {}, nullptr);
  });
}

}  // namespace duplex::sio
