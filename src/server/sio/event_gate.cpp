// SPDX-License-Identifier: MIT
#include "server/sio/event_gate.h"

#include <algorithm>
#include <string>

#include "protocol/sio/event.h"
#include "server/sio/client.h"
#include "server/sio/guard.h"
#include "server/sio/joining.h"
#include "server/sio/listeners.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

constexpr std::size_t bookkeeping = 256;  // bytes that a waiting event costs besides what it says

void tell_refused(ServerSocket& socket, std::string_view name, const Admission& admission) {
  IoLoop& loop = socket.loop();
  const auto& listening = socket.listeners().errors;
  if (listening.empty() && loop.io.log().says(LogLevel::info))
    loop.reactor.log(LogLevel::info, "sio",
                     "event \"" + std::string(name) + "\" is refused, and no on_error hears it: " + admission.why());
  for (const auto& fn : std::vector(listening)) guarded(loop, "on_error", [&] { (*fn)(admission.why()); });
}

void log_dropped(ServerSocket& socket) {
  socket.loop().reactor.log(LogLevel::warning, "sio",
                            "a socket's middleware let go of its promise: the event is refused");
}

EventGate* gate_of(ServerSocket* socket) noexcept {
  SocketListeners* const its = socket == nullptr ? nullptr : socket->listeners_if_any();
  return its == nullptr ? nullptr : &its->gate;
}

}  // namespace

/// What the middleware says while it is called, or nothing.
std::optional<Admission> EventGate::ask_one(Middleware& middleware, ServerSocket& socket, const Incoming& incoming,
                                            std::uint64_t number, std::size_t step) {
  Call call{number, {}};
  Call* const before = std::exchange(call_, &call);
  const bool returned = guarded(socket.loop(), "a socket's middleware", [&] {
    if (middleware.now) {
      call.answer = middleware.now(incoming);
      return;
    }
    auto state = std::make_shared<AdmitState>();
    state->about = AdmitState::About::event;
    state->slot = socket.loop().reactor.slot();
    state->owner = socket.bits();
    state->number = number;
    state->step = step;
    middleware.later(incoming, Admit(std::move(state)));
  });
  call_ = before;
  if (!returned) return sio::refuse("the middleware failed");
  if (call.dropped) log_dropped(socket);
  return std::move(call.answer);
}

EventGate::Verdict EventGate::ask(ServerSocket& socket, const Incoming& incoming, std::uint64_t number,
                                  std::size_t& step, std::size_t last) {
  for (; step < last; ++step) {
    const std::optional<Admission> answer = ask_one(*middlewares_[step], socket, incoming, number, step);
    if (socket.client == nullptr) return Verdict::refused;  // it was disconnected meanwhile: nobody is told
    if (!answer) return Verdict::waits;
    if (*answer) continue;
    tell_refused(socket, incoming.name, *answer);
    return Verdict::refused;
  }
  return Verdict::passes;
}

bool EventGate::pass(ServerSocket& socket, std::string_view name, json::View arguments, EventView event,
                     std::optional<std::uint64_t> ack) {
  const std::uint64_t number = ++newest_;
  const std::size_t last = middlewares_.size();
  std::size_t step = 0;
  const Verdict verdict = ask(socket, {socket, name, arguments}, number, step, last);
  if (verdict != Verdict::waits) return verdict == Verdict::passes;

  IoLoop& loop = socket.loop();
  std::size_t bytes = bookkeeping + event.json.size();
  for (const json::Binary each : event.attachments) bytes += each.size();
  if (!waiting_.empty() && waiting_bytes_ + bytes > loop.io.options().max_undecided) {
    tell_refused(socket, name, sio::refuse("too much waits for the socket's middlewares"));
    return false;
  }
  const auto overdue = [bits = socket.bits(), number] {
    ServerSocket* const waiter = IoLoop::here()->find(bits);
    EventGate* const gate = gate_of(waiter);
    const auto late = gate == nullptr ? nullptr : gate->take(number);
    if (!late) return;
    json::Scratch scratch;
    tell_refused(*waiter, split_event(late->event.text, scratch).name,
                 sio::refuse("the middleware did not decide in time"));
  };
  const net::TimerId timer = loop.reactor.after(loop.io.options().middleware_timeout, overdue);
  waiting_bytes_ += bytes;
  waiting_.push_back(std::unique_ptr<Waiting>(new Waiting{OwnedEvent(event), ack, number, step, last, bytes, timer}));
  return false;
}

std::unique_ptr<EventGate::Waiting> EventGate::take(std::uint64_t number) {
  const auto it =
      std::find_if(waiting_.begin(), waiting_.end(), [number](const auto& each) { return each->number == number; });
  if (it == waiting_.end()) return nullptr;
  auto taken = std::move(*it);
  waiting_.erase(it);
  waiting_bytes_ -= taken->bytes;
  return taken;
}

bool EventGate::decided_in_call(const AdmitState& about, Admission& admission, bool dropped) {
  if (call_ == nullptr || call_->number != about.number) return false;
  call_->answer = std::move(admission);
  call_->dropped = dropped;
  return true;
}

void EventGate::decided(ServerSocket& socket, const AdmitState& about, Admission admission, bool dropped) {
  const auto is_it = [&](const auto& each) { return each->number == about.number && each->step == about.step; };
  if (std::none_of(waiting_.begin(), waiting_.end(), is_it)) return;  // too late
  auto event = take(about.number);
  IoLoop& loop = socket.loop();
  json::Scratch& scratch = loop.scratch;  // nobody's: this comes from the inbox, not from within a handler
  scratch.clear();
  const EventParts parts = split_event(event->event.text, scratch);
  if (dropped) log_dropped(socket);
  Verdict verdict = Verdict::refused;
  if (admission) {
    ++event->step;
    const json::View arguments = as_array(parts.arguments, event->event.views, scratch);
    verdict = ask(socket, {socket, parts.name, arguments}, event->number, event->step, event->last);
  } else {
    tell_refused(socket, parts.name, admission);
  }
  if (verdict == Verdict::waits) {
    waiting_bytes_ += event->bytes;
    waiting_.push_back(std::move(event));
    return;
  }
  loop.reactor.cancel(event->timer);
  if (verdict == Verdict::passes) socket.handle_event(parts, event->event.views, event->ack);
}

void EventGate::clear(net::Reactor& reactor) {
  for (const auto& each : waiting_) reactor.cancel(each->timer);
  waiting_.clear();
  waiting_bytes_ = 0;
}

bool answer_within_call(const AdmitState& about, Admission& admission, bool dropped) {
  IoLoop* const loop = IoLoop::here();
  EventGate* const gate = loop == nullptr ? nullptr : gate_of(loop->find(about.owner));
  return gate != nullptr && gate->decided_in_call(about, admission, dropped);
}

void event_decided(const AdmitState& about, Admission admission, bool dropped) {
  IoLoop* const loop = IoLoop::here();
  ServerSocket* const socket = loop == nullptr ? nullptr : loop->find(about.owner);
  if (EventGate* const gate = gate_of(socket)) gate->decided(*socket, about, std::move(admission), dropped);
}

}  // namespace duplex::sio
