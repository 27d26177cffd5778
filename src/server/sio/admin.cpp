// SPDX-License-Identifier: MIT
#include "server/sio/admin.h"

#include <unistd.h>

#include <array>

#include "server/sio/client.h"
#include "server/sio/io_core.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

std::string name_of_host() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::string_view text_in(json::View auth, std::string_view field, std::string& kept) {
  const json::View value = auth[field];
  if (value.is_string()) kept = value.as<std::string>().value_or(std::string());
  return kept;
}

}  // namespace

std::string fault_of(const AdminOptions& options) {
  if (options.nsp == "/" || !options.nsp.starts_with('/'))
    return "its namespace is \"" + options.nsp + "\"; take one that begins with a slash and is not the main one";
  if (options.password_hash.empty()) return {};
  const std::string fault = fault_of_hash(options.password_hash);
  return fault.empty() ? fault : "its password hash " + fault;
}

Admin::Admin(IoCore& io, eio::Engine& engine, AdminOptions options)
    : io_(io),
      engine_(engine),
      options_(std::move(options)),
      core_(io.of(options_.nsp)),
      host_name_(name_of_host()),
      traffic_(engine, io.loops()),
      login_(options_) {
  core_->forgo_recovery();  // who comes back gets everything anew
  if (options_.mode == AdminMode::development) {
    feed_ = std::make_unique<AdminFeed>(io, *core_, options_);
    eio::Handlers& below = engine.handlers();
    below.on_upgrade = [this, before = std::move(below.on_upgrade)](eio::Socket& socket) mutable {
      if (before) before(socket);
      if (Client* client = Client::of(socket)) feed_->upgraded(*client);
    };
  }
  Namespace& nsp = core_->face();
  nsp.use([this](Handshake& handshake, Admit admit) { let_in(handshake, std::move(admit)); });
  nsp.on_connect([this](Socket& socket) { entered(socket); });
  nsp.on_disconnect([this](Socket& socket, const Disconnect&) {
    if (feed_) feed_->unwatch(ServerSocket::of(socket));
  });
  if (!options_.read_only) add_commands(nsp);
  io.home().reactor.post([this] { tell_stats(); });
}

// -- who may enter ----------------------------------------------------------------------------------------------------

void Admin::let_in(Handshake& handshake, Admit admit) {
  if (!login_.asks()) return admit(sio::accept);
  std::string session, username, password;
  const json::View auth = handshake.auth();
  if (!text_in(auth, "sessionId", session).empty() && login_.knows(session)) return admit(sio::accept);
  if (text_in(auth, "username", username).empty() || text_in(auth, "password", password).empty())
    return admit(sio::refuse("invalid credentials"));
  login_.check(username, password, std::move(admit));
}

void Admin::entered(Socket& socket) {
  std::string session;
  if (login_.asks() && !login_.knows(text_in(socket.handshake().auth(), "sessionId", session)))
    socket.emit("session", login_.open_session());
  std::vector<std::string_view> features;
  if (!options_.read_only) features = {"EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"};
  features.push_back("AGGREGATED_EVENTS");
  if (feed_) features.push_back("ALL_EVENTS");
  socket.emit("config", json::object("supportedFeatures", features));
  if (feed_ && socket.connected()) feed_->watch(ServerSocket::of(socket));
}

// -- what they ask ----------------------------------------------------------------------------------------------------

/// Does it to those in the room, or to all of the namespace; what was done, and by whom, is in the log.
template <class Act>
void Admin::act(Socket& by, std::string_view what, std::string_view nsp, std::optional<std::string_view> room,
                Act act) {
  const auto core = io_.find(nsp);
  std::string line = "the page at " + std::string(by.handshake().address()) + " asks to " + std::string(what) +
                     (room && !room->empty() ? " \"" + std::string(*room) + "\"" : " everyone") + " in \"" +
                     std::string(nsp) + "\"";
  if (!core) line += ", which is not there";
  io_.log().write(core ? LogLevel::info : LogLevel::warning, "admin", line);
  if (!core) return;
  Broadcast to = core->face().all();
  if (room && !room->empty()) to = std::move(to).to(*room);
  act(to);
}

void Admin::add_commands(Namespace& admin) {
  using Room = std::optional<std::string_view>;
  admin.on("emit", [this](Socket& by, std::string_view nsp, Room to, std::string_view event, Rest arguments) {
    act(by, "emit \"" + std::string(event) + "\" to", nsp, to,
        [&](const Broadcast& all) { all.emit(event, arguments); });
  });
  admin.on("join", [this](Socket& by, std::string_view nsp, std::string_view room, Room who) {
    act(by, "let join \"" + std::string(room) + "\"", nsp, who, [&](const Broadcast& all) { all.join(room); });
  });
  admin.on("leave", [this](Socket& by, std::string_view nsp, std::string_view room, Room who) {
    act(by, "let leave \"" + std::string(room) + "\"", nsp, who, [&](const Broadcast& all) { all.leave(room); });
  });
  admin.on("_disconnect", [this](Socket& by, std::string_view nsp, std::optional<bool> close, Room who) {
    act(by, "disconnect", nsp, who, [&](const Broadcast& all) { all.disconnect(close.value_or(false)); });
  });
}

// -- what they are told -----------------------------------------------------------------------------------------------

void Admin::tell_stats() {
  const auto now = std::chrono::system_clock::now();
  const json::Text events = traffic_.take_events(now);  // whether somebody hears it or not: it is of these seconds
  if (core_->sockets.load(std::memory_order_relaxed) != 0) {
    std::vector<json::Text> namespaces;
    for (const auto& core : io_.namespaces())
      namespaces.push_back(json::object("name", core->name(), "socketsCount",
                                        static_cast<std::uint64_t>(core->sockets.load(std::memory_order_relaxed))));
    const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started_;
    core_->face().emit("server_stats",
                       json::object("serverId", options_.server_id.empty() ? host_name_ : options_.server_id,
                                    "hostname", host_name_, "pid", static_cast<std::int64_t>(getpid()), "uptime",
                                    uptime.count(), "clientsCount", engine_.sessions(), "pollingClientsCount",
                                    traffic_.polling_clients(), "aggregatedEvents", events, "namespaces", namespaces));
  }
  io_.home().reactor.after(options_.stats_interval, [this] { tell_stats(); });
}

// -- how it comes about -----------------------------------------------------------------------------------------------

void instrument(Io& io, AdminOptions options) { IoCore::of(io).instrument(std::move(options)); }

}  // namespace duplex::sio
