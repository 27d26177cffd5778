// SPDX-License-Identifier: MIT
#include "server/sio/joining.h"

#include <algorithm>

#include "protocol/sio/encode.h"
#include "server/sio/admin_feed.h"
#include "server/sio/client.h"
#include "server/sio/event_gate.h"
#include "server/sio/guard.h"
#include "server/sio/ids.h"
#include "server/sio/legacy.h"
#include "server/sio/namespace_core.h"
#include "server/sio/recovery.h"

namespace duplex::sio {
namespace {

constexpr std::size_t pid_size = 24;

/// A string of the client's `auth`, if it is one of a size that can be ours.
std::string ours(json::View value) {
  if (!value.is_string() || value.text().size() > 64) return {};
  return value.as<std::string>().value_or(std::string());
}

}  // namespace

Joining::Joining(Client& its_client, std::shared_ptr<NamespaceCore> its_core, std::uint64_t its_number,
                 std::shared_ptr<const eio::RequestInfo> request, std::string_view auth)
    : client(its_client),
      core(std::move(its_core)),
      number(its_number),
      handshake(std::move(request), core->name(), auth) {}

Joining::~Joining() {
  if (timer_ != 0) client.loop.reactor.cancel(timer_);
  if (!finished_) core->entering.fetch_sub(1, std::memory_order_relaxed);
}

void Joining::abandon() {
  if (timer_ != 0) client.loop.reactor.cancel(std::exchange(timer_, 0));
}

Joining* find_joining(std::uint64_t session, std::uint64_t number) {
  eio::Session* const found = eio::Session::find(session);
  Client* const client = found == nullptr ? nullptr : Client::of(*found);
  if (client == nullptr || client->closing()) return nullptr;
  for (const auto& joining : client->joining)
    if (joining->number == number) return joining.get();
  return nullptr;
}

void Joining::proceed() {
  const auto& middlewares = core->table().middlewares;
  const bool recovery_first = client.loop.io.options().recovery.skip_middlewares;
  if (recovery_first && !recovery_asked_) return ask_recovery();
  while (step_ < middlewares.size()) {
    answered_ = dropped_ = false;
    calling_ = true;
    auto state = std::make_shared<AdmitState>();
    state->slot = client.loop.reactor.slot();
    state->owner = client.session.bits();
    state->number = number;
    state->step = step_;
    if (!guarded(client.loop, "a middleware", [&] { (*middlewares[step_])(handshake, Admit(state)); })) {
      answered_ = true;
      answer_ = sio::refuse("the middleware failed");
    } else if (dropped_) {
      tell_dropped();
    }
    calling_ = false;
    if (client.closing()) return;
    if (!answered_) {
      if (timer_ == 0)
        timer_ = client.loop.reactor.after(client.loop.io.options().middleware_timeout, [this] {
          timer_ = 0;
          refuse(sio::refuse("the middleware did not decide in time"));
        });
      return;
    }
    if (!answer_) return refuse(answer_);
    ++step_;
  }
  if (recovery_asked_) return enter(nullptr);
  ask_recovery();
}

void Joining::tell_dropped() {
  client.loop.reactor.log(LogLevel::warning, "sio",
                          "a middleware of " + core->name() + " let go of its promise: the client is refused");
}

void Joining::decided(std::size_t step, Admission admission, bool dropped) {
  if (step != step_ || finished_) return;
  if (calling_) {
    answered_ = true;
    dropped_ = dropped;
    answer_ = std::move(admission);
    return;
  }
  if (dropped) tell_dropped();
  if (!admission) return refuse(admission);
  ++step_;
  proceed();
}

void Joining::ask_recovery() {
  recovery_asked_ = true;
  std::string pid;
  if (core->recovery() != nullptr) pid = ours(handshake.auth()["pid"]);
  if (pid.empty()) return proceed();  // to the middlewares, or in
  core->in_order([core = core, pid = std::move(pid), offset = ours(handshake.auth()["offset"]), loop = &client.loop,
                  session = client.session.bits(), n = number]() mutable {
    core->recovery()->restore(
        std::move(pid), std::move(offset),
        [core, loop, session, n](std::unique_ptr<Restored> restored, std::string_view why) {
          loop->run([core, loop, session, n, restored = std::move(restored), why]() mutable {
            Joining* const joining = find_joining(session, n);
            if (restored && joining == nullptr) {
              core->in_order([core, restored = std::move(restored)] { core->recovery()->put_back(*restored); });
              return;
            }
            if (restored)
              loop->counters.recovered.add();
            else
              loop->counters.not_recovered.add();
            if (!restored && loop->io.log().says(LogLevel::info))
              loop->reactor.log(LogLevel::info, "sio",
                                "a client comes back to " + core->name() + " without its session: " + std::string(why));
            if (joining == nullptr) return;
            if (restored)
              joining->enter(restored.get());
            else
              joining->proceed();
          });
        });
  });
}

void Joining::refuse(const Admission& admission) {
  const json::View data = admission.data().view();
  if (client.is_legacy())
    client.send(PacketType::connect_error, handshake.nsp(), legacy_refusal(admission.why(), data).text());
  else
    client.refuse(handshake.nsp(), admission.why(), data.is_null() ? json::View(std::string_view()) : data);
  Client& its = client;
  finish();
  core->maybe_forget();
  its.count_refusal();
}

void Joining::finish() {
  finished_ = true;
  core->entering.fetch_sub(1, std::memory_order_relaxed);
  if (timer_ != 0) client.loop.reactor.cancel(std::exchange(timer_, 0));
  const auto it = std::find_if(client.joining.begin(), client.joining.end(),
                               [this](const auto& each) { return each.get() == this; });
  client.loop.bury(std::shared_ptr<void>(std::shared_ptr<Joining>(std::move(*it))));  // a middleware may be at work
  client.joining.erase(it);
  if (client.joining.empty()) client.joining.shrink_to_fit();  // most clients enter one namespace, once
}

void Joining::enter(const Restored* restored) {
  IoLoop& loop = client.loop;
  LocalNamespace& local = core->make_local(loop);
  ServerSocket& socket = loop.create(std::move(handshake));
  socket.client = &client;
  socket.local = &local;
  if (restored != nullptr)
    std::copy_n(restored->sid.begin(), socket.id.size(), socket.id.begin());
  else if (client.is_legacy())
    socket.set_legacy_id(legacy_id(core->name(), client.session.sid()));
  else
    fill_random_id(socket.id);
  client.entered(socket);
  local.add(socket);
  finish();

  if (core->recovery() != nullptr) {
    auto& continuity = socket.extras().continuity;
    continuity.pid = restored != nullptr ? restored->pid : random_id(pid_size);
    if (restored != nullptr) local.delivered = std::max(local.delivered, restored->head);
    // What was emitted before it came is not owed to it, even if it is still on its way to this loop.
    continuity.floor = continuity.marked = restored != nullptr ? restored->kept.floor : core->recovery()->head();
    core->in_order(
        [core = core, pid = continuity.pid, sid = std::string(socket.sid()), bits = socket.bits()]() mutable {
          core->recovery()->opened(std::move(pid), std::move(sid), bits);
        });
  }
  if (restored != nullptr) {
    socket.was_recovered = true;
    if (!restored->kept.data.view().is_null()) socket.set_data_text(restored->kept.data);
    socket.in_own_room = false;
    for (const std::string& room : restored->kept.rooms) socket.enter_quietly(room);
    // What it missed comes before it is connected: the client keeps it until then.
    for (const auto& missed : restored->missed) {
      eio::LoopPacket packet(missed, loop.reactor);
      client.session.send_shared(packet, {});
    }
  }
  const auto* extras = socket.extras_if_any();
  json::Loan loan;
  if (!client.is_legacy())  // which knows its id
    write_session(loan.text(), socket.sid(),
                  extras != nullptr ? std::string_view(extras->continuity.pid) : std::string_view());
  client.send(PacketType::connect, core->name(), loan.text());
  if (restored != nullptr && !core->table().joined_room.empty())
    for (const std::string& room : restored->kept.rooms)
      if (socket.client != nullptr && room != socket.sid()) socket.tell_joined(room);
  if (AdminFeed* feed = loop.io.feed()) {
    if (restored == nullptr) feed->joined(socket, socket.sid());
    feed->connected(socket);
  }
  for (const auto& fn : core->table().connect)
    if (socket.client != nullptr) guarded(loop, "on_connect", [&] { (*fn)(socket); });
}

// -- the promise ------------------------------------------------------------------------------------------------------

void Admit::operator()(Admission admission) { decide(std::move(admission), false); }
Admit::~Admit() { decide(sio::refuse("the middleware did not decide"), true); }

void Admit::decide(Admission admission, bool dropped) {
  if (!state_ || state_->decided.exchange(true)) return;
  const net::Reactor* here = net::Reactor::current();
  const bool on_its_loop = here != nullptr && here->slot() == state_->slot;
  if (state_->about == AdmitState::About::event) {
    if (on_its_loop && answer_within_call(*state_, admission, dropped)) return;
    net::Reactor::post_to(state_->slot, [state = state_, admission = std::move(admission), dropped]() mutable {
      event_decided(*state, std::move(admission), dropped);
    });
    return;
  }
  auto run = [state = state_, admission = std::move(admission), dropped]() mutable {
    if (Joining* joining = find_joining(state->owner, state->number))
      joining->decided(state->step, std::move(admission), dropped);
  };
  if (on_its_loop)
    Function<void()>(std::move(run))();
  else
    net::Reactor::post_to(state_->slot, std::move(run));
}

}  // namespace duplex::sio
