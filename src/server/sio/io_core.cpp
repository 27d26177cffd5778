// SPDX-License-Identifier: MIT
#include "server/sio/io_core.h"

#include <algorithm>
#include <atomic>
#include <iterator>

#include "protocol/sio/event.h"
#include "server/eio/engine.h"
#include "server/sio/admin.h"
#include "server/sio/client.h"
#include "server/sio/guard.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

/// By the slot of the loop: each is set and read by its loop's thread, while it lives.
std::atomic<IoLoop*> loops_by_slot[256];
/// The slot of the home loop and one, where it puts in order what the loop in this slot sends. Any thread.
std::atomic<int> home_by_slot[256];

}  // namespace

IoLoop::IoLoop(IoCore& its_io, net::Reactor& its_reactor, std::size_t its_index)
    : io(its_io), reactor(its_reactor), index(its_index), parser(its_io.parser()) {
  decoding.max_attachments = io.options().max_attachments;
  decoding.max_namespace = io.options().max_namespace_name;
  parser_limits.max_binaries = io.options().max_binaries;
  loops_by_slot[reactor.slot()] = this;
  home_by_slot[reactor.slot()] = index > 0 && io.options().recovery.enabled ? io.home().reactor.slot() + 1 : 0;
}

IoLoop::~IoLoop() {
  sweep();
  for (std::size_t slot = 0; slot < std::size(loops_by_slot); ++slot) {
    IoLoop* self = this;  // looked for, because the reactor, which knows its slot, has gone before
    if (loops_by_slot[slot].compare_exchange_strong(self, nullptr)) home_by_slot[slot] = 0;
  }
}

IoLoop* IoLoop::here() noexcept {
  const net::Reactor* reactor = net::Reactor::current();
  return reactor == nullptr ? nullptr : loops_by_slot[reactor->slot()].load(std::memory_order_relaxed);
}

int IoLoop::ordered_by(int slot) noexcept { return home_by_slot[slot & 255].load(std::memory_order_relaxed) - 1; }

ServerSocket* IoLoop::find(std::uint64_t bits) noexcept {
  ServerSocket* socket =
      sockets_.find(static_cast<std::uint32_t>(bits & 0xFFFFFFF), static_cast<std::uint32_t>(bits >> 28 & 0xFFFFFFF));
  return socket != nullptr && socket->client != nullptr ? socket : nullptr;
}

ServerSocket& IoLoop::create(Handshake&& handshake) {
  const std::uint32_t slot = sockets_.create(std::move(handshake));
  ServerSocket& socket = *sockets_.at(slot);
  socket.slot = slot;
  socket.set_bits(static_cast<std::uint64_t>(reactor.slot()) << 56 |
                  static_cast<std::uint64_t>(sockets_.generation(slot)) << 28 | slot);
  return socket;
}

void IoLoop::bury(ServerSocket& socket) {
  if (dead_sockets_.empty() && dead_things_.empty()) reactor.at_end_of_turn([this] { sweep(); });
  dead_sockets_.push_back(socket.slot);
}

void IoLoop::bury(std::shared_ptr<void> thing) {
  if (dead_sockets_.empty() && dead_things_.empty()) reactor.at_end_of_turn([this] { sweep(); });
  dead_things_.push_back(std::move(thing));
}

void IoLoop::sweep() {
  for (const std::uint32_t slot : std::exchange(dead_sockets_, {})) sockets_.destroy(slot);
  std::exchange(dead_things_, {}).clear();
}

void IoLoop::run(Function<void()> fn) {
  if (reactor.on_this_thread())
    fn();
  else
    reactor.post(std::move(fn));
}

// -- the whole server -------------------------------------------------------------------------------------------------

IoCore::IoCore(Options options, std::shared_ptr<Log> log) : options_(std::move(options)), log_(std::move(log)) {}

IoCore::~IoCore() = default;

void IoCore::add_loop(net::Reactor& reactor) {
  loops_.push_back(std::make_unique<IoLoop>(*this, reactor, loops_.size()));
}

Io& IoCore::start() {
  io_.reset(new Io(of("/"), *this));
  return *io_;
}

eio::Handlers IoCore::handlers() {
  eio::Handlers handlers;
  handlers.on_open = [this](eio::Socket& socket) {
    auto* const client = new Client(eio::Session::of(socket), *here());
    socket.set_user(client);
    client->opened();
  };
  handlers.on_message = [](eio::Socket& socket, ws::Message message) {
    if (Client* client = Client::of(socket)) client->receive(message);
  };
  handlers.on_close = [](eio::Socket& socket, const eio::CloseReason& why) {
    if (Client* client = Client::of(socket)) client->closed(why);
  };
  if (options_.recovery.enabled) {
    handlers.on_mark = [](eio::Socket& socket) {
      if (Client* client = Client::of(socket)) client->marked();
    };
    handlers.on_mark_seen = [](eio::Socket& socket) {
      if (Client* client = Client::of(socket)) client->mark_seen();
    };
  }
  return handlers;
}

IoLoop* IoCore::here() noexcept {
  IoLoop* const loop = IoLoop::here();
  return loop != nullptr && &loop->io == this ? loop : nullptr;
}
IoLoop& IoCore::here_or_home() noexcept {
  IoLoop* const loop = here();
  return loop != nullptr ? *loop : home();
}

void IoCore::locate(std::uint64_t bits, NamespaceCore& core, std::string_view sid) {
  if (loops_.size() == 1) return;
  Located& located = located_[bits];
  located.core = &core;
  std::copy_n(sid.begin(), located.sid.size(), located.sid.begin());
}

void IoCore::send_located(std::uint64_t bits, EventView event) {
  const auto it = located_.find(bits);
  if (it == located_.end()) {  // it has gone, or its namespace has no recovery
    net::Reactor::post_to(static_cast<int>(bits >> 56), [bits, owned = OwnedEvent(event)] {
      ServerSocket* const socket = IoLoop::here()->find(bits);
      if (socket != nullptr && socket->local->core.recovery() == nullptr) socket->send(owned.view(), {}, nullptr);
    });
    return;
  }
  if (refuse_reserved(event)) return;
  const Located to = it->second;
  const auto core = to.core->shared_from_this();
  core->send_numbered({to.sid.data(), to.sid.size()}, bits, event, {});
}

bool IoCore::refuse_reserved(EventView event) {
  if (!has_reserved_name(event.json)) return false;
  log_->write(LogLevel::error, "sio",
              "an event of a reserved name is not sent: connect, connect_error, disconnect, disconnecting, "
              "newListener, removeListener");
  return true;
}

std::shared_ptr<NamespaceCore> IoCore::make(std::string_view name, const std::shared_ptr<NamespaceCore>& parent) {
  auto core = std::make_shared<NamespaceCore>(
      *this, std::string(name), parent ? parent->shared_table() : std::make_shared<HandlerTable>(), false);
  OwnSockets own{core};
  core->set_adapter(options_.adapter ? options_.adapter(name, std::move(own))
                                     : std::make_unique<Adapter>(std::move(own)));
  core->is_child = parent != nullptr;
  if (parent) parent->add_child(core);
  return core;
}

void IoCore::retire(std::shared_ptr<const void> thing) {
  for (const auto& loop : loops_) loop->reactor.post([thing] {});
}

std::shared_ptr<NamespaceCore> IoCore::of(std::string_view path) {
  const std::string name = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  const std::lock_guard lock(mutex_);
  auto& core = namespaces_[name].core;
  if (!core) core = make(name, nullptr);
  return core;
}

std::shared_ptr<NamespaceCore> IoCore::of(Matching matching) {
  const std::lock_guard lock(mutex_);
  auto core = std::make_shared<NamespaceCore>(
      *this, matching.pattern.empty() ? "/_" + std::to_string(parents_.size()) : matching.pattern,
      std::make_shared<HandlerTable>(), true);
  parents_.push_back(std::make_shared<Parent>(Parent{std::move(matching), core}));
  return core;
}

std::shared_ptr<NamespaceCore> IoCore::find(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto it = namespaces_.find(path);
  return it == namespaces_.end() ? nullptr : it->second.core;
}

std::vector<std::shared_ptr<NamespaceCore>> IoCore::namespaces() {
  std::vector<std::shared_ptr<NamespaceCore>> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, child] : namespaces_) all.push_back(child.core);
  return all;
}

void IoCore::instrument(AdminOptions options) {
  std::string fault = admin_ ? "it has been set up twice" : fault_of(options);
  if (!fault.empty()) {
    if (fault_.empty()) fault_ = "the admin UI cannot be served: " + fault;
    return;
  }
  admin_ = std::make_unique<Admin>(*this, *engine_, std::move(options));
  feed_ = admin_->feed();
}

bool IoCore::is_unguarded() const noexcept { return admin_ && admin_->options().password_hash.empty(); }

void IoCore::on_new_namespace(Function<void(Namespace&)> fn) {
  const std::lock_guard lock(mutex_);
  new_namespace_.push_back(std::make_shared<Function<void(Namespace&)>>(std::move(fn)));
}

/// Counts a client in. What another loop is setting up is waited for: it may be about to get its middlewares.
std::shared_ptr<NamespaceCore> IoCore::enter(Child& known, std::unique_lock<std::mutex>& lock) {
  auto core = known.core;
  core->entering.fetch_add(1, std::memory_order_relaxed);  // from here on it stays
  ready_.wait(lock,
              [&known] { return known.made_by == std::thread::id() || known.made_by == std::this_thread::get_id(); });
  return core;
}

std::shared_ptr<NamespaceCore> IoCore::find_for(std::string_view name, json::View auth) {
  std::vector<std::shared_ptr<Parent>> parents;
  {
    std::unique_lock lock(mutex_);
    if (const auto it = namespaces_.find(name); it != namespaces_.end()) return enter(it->second, lock);
    parents = parents_;
  }
  // The rule is a user's: it may take its time, or name namespaces itself.
  for (const auto& parent : parents) {
    const bool welcome =
        parent->matching.rule ? parent->matching.rule(name, auth) : fits(parent->matching.pattern, name);
    if (welcome) return enter_child(name, *parent);
  }
  return nullptr;
}

std::shared_ptr<NamespaceCore> IoCore::enter_child(std::string_view name, const Parent& parent) {
  std::shared_ptr<NamespaceCore> core;
  std::vector<std::shared_ptr<Function<void(Namespace&)>>> setting_up;
  {
    std::unique_lock lock(mutex_);
    const auto [it, fresh] = namespaces_.try_emplace(std::string(name));
    if (!fresh) return enter(it->second, lock);
    it->second.core = core = make(name, parent.core);
    core->entering.fetch_add(1, std::memory_order_relaxed);
    if (new_namespace_.empty()) return core;
    setting_up = new_namespace_;
    it->second.made_by = std::this_thread::get_id();
  }
  for (const auto& fn : setting_up) guarded(*here(), "on_new_namespace", [&] { (*fn)(core->face()); });
  {
    const std::lock_guard lock(mutex_);
    namespaces_.find(name)->second.made_by = {};
  }
  ready_.notify_all();
  return core;
}

void IoCore::forget(NamespaceCore& child) {
  const std::lock_guard lock(mutex_);
  const auto it = namespaces_.find(child.name());
  if (it != namespaces_.end() && it->second.core.get() == &child && child.entering == 0 && child.sockets == 0)
    namespaces_.erase(it);
}

Stats IoCore::stats() const {
  Stats sum;
  for (const auto& loop : loops_) {
    const IoLoop::Counters& c = loop->counters;
    sum.sockets += c.sockets.get();
    sum.rooms += c.rooms.get();
    sum.pending_acks += c.pending_acks.get();
    sum.events_in += c.events_in.get();
    sum.events_out += c.events_out.get();
    sum.stray_acks += c.stray_acks.get();
    sum.refused_arguments += c.refused_arguments.get();
    sum.recovered += c.recovered.get();
    sum.not_recovered += c.not_recovered.get();
  }
  if (engine_ != nullptr) sum.sessions = engine_->sessions();
  return sum;
}

bool fits(std::string_view pattern, std::string_view name) noexcept {
  std::size_t p = 0, n = 0, star = pattern.npos, tried = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      tried = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != pattern.npos) {  // let the newest star take one more
      p = star + 1;
      n = ++tried;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace duplex::sio
