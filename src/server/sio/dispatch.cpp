// SPDX-License-Identifier: MIT
// An event on its way to its handlers: taken apart without copying, decoded straight into their parameters.
#include <string>

#include "protocol/sio/event.h"
#include "server/sio/client.h"
#include "server/sio/guard.h"
#include "server/sio/listeners.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

[[gnu::cold]] void refused(IoLoop& loop, std::string_view name, const Refusal& refusal) {
  loop.counters.refused_arguments.add();
  loop.reactor.log(LogLevel::warning, "sio",
                   "event \"" + std::string(name) + "\" is not handled: argument " + std::to_string(refusal.index + 1) +
                       ": " + make_error_code(refusal.why).message());
}

/// As `guarded`, but without a frame of its own: once for every event.
void call(IoLoop& loop, Bound& handler, Arrival& arrival, std::string_view name) {
  loop.reactor.doing("a Socket.IO handler");
  try {
    if (const Refusal refusal = handler(arrival)) refused(loop, name, refusal);
  } catch (const std::exception& e) {
    handler_threw(loop, "a handler", e.what());
  } catch (...) {
    handler_threw(loop, "a handler", nullptr);
  }
}

/// Listeners may be added and removed by the listeners.
void tell(IoLoop& loop, const std::vector<SocketListeners::Any>& listeners, std::string_view name,
          json::View arguments) {
  for (const auto& each : std::vector(listeners)) guarded(loop, "a listener", [&] { (*each.fn)(name, arguments); });
}

}  // namespace

json::View as_array(std::string_view arguments, std::span<const json::Binary> attachments, json::Scratch& scratch) {
  char* const text = scratch.allocate(arguments.size() + 2);
  text[0] = '[';
  arguments.copy(text + 1, arguments.size());
  text[arguments.size() + 1] = ']';
  return json::View({text, arguments.size() + 2}, attachments);
}

void ServerSocket::received_event(std::string_view payload, std::span<const json::Binary> attachments,
                                  std::optional<std::uint64_t> ack) {
  json::Scratch& scratch = local->loop.scratch;
  scratch.clear();
  received_event(split_event(payload, scratch), attachments, ack);
}

void ServerSocket::received_event(const EventParts& event, std::span<const json::Binary> attachments,
                                  const std::optional<std::uint64_t>& ack) {
  IoLoop& its_loop = local->loop;
  its_loop.counters.events_in.add();
  if (extras_ != nullptr && !passes(event, attachments, ack)) return;
  const EventTable::Handlers* const handlers = local->core.table().events.find(event.name);
  if (handlers == nullptr || handlers->size() != 1) return handle_event(event, attachments, ack);
  // What nearly every event has: one handler.
  Arrival arrival{this, event.arguments, attachments, its_loop.scratch, {}, event.has_one};
  if (ack) arrival.ack = {&answerer, bits_, *ack};
  call(its_loop, *handlers->front(), arrival, event.name);
  if (extras_ != nullptr) tell_own(event, arrival);
}

/// By those who listen to every event of this socket, and its middlewares.
bool ServerSocket::passes(const EventParts& event, std::span<const json::Binary> attachments,
                          const std::optional<std::uint64_t>& ack) {
  SocketListeners* const its = listeners_if_any();
  if (its == nullptr) return true;
  json::Scratch& scratch = local->loop.scratch;
  if (!its->any.empty()) tell(local->loop, its->any, event.name, as_array(event.arguments, attachments, scratch));
  if (its->gate.empty()) return true;
  return its->gate.pass(*this, event.name, as_array(event.arguments, attachments, scratch),
                        {event.payload, attachments}, ack);
}

/// The socket's own handlers; true if there were any.
bool ServerSocket::tell_own(const EventParts& event, Arrival& arrival) {
  SocketListeners* const its = listeners_if_any();
  if (its == nullptr || client == nullptr || its->own.empty()) return false;
  bool handled = false;
  for (const auto& each : std::vector(its->own)) {  // a handler may add and remove others
    if (each.name != event.name || client == nullptr) continue;
    if (each.once) off(each.id);
    handled = true;
    call(local->loop, *each.handler, arrival, event.name);
  }
  return handled;
}

void ServerSocket::handle_event(const EventParts& event, std::span<const json::Binary> attachments,
                                std::optional<std::uint64_t> ack) {
  IoLoop& its_loop = local->loop;
  Arrival arrival{this, event.arguments, attachments, its_loop.scratch, {}, event.has_one};
  if (ack) arrival.ack = {&answerer, bits_, *ack};
  const HandlerTable& table = local->core.table();
  const EventTable::Handlers* const handlers = table.events.find(event.name);
  bool handled = handlers != nullptr;
  if (handled)
    for (const auto& handler : *handlers)
      if (client != nullptr) call(its_loop, *handler, arrival, event.name);
  handled |= tell_own(event, arrival);
  if (handled || client == nullptr) return;
  for (const auto& fn : table.unhandled)
    guarded(its_loop, "on_unhandled",
            [&] { (*fn)(*this, event.name, as_array(event.arguments, attachments, its_loop.scratch)); });
}

void ServerSocket::tell_outgoing(std::string_view event, std::span<const json::Binary> attachments) {
  SocketListeners* const its = listeners_if_any();
  if (its == nullptr || its->outgoing.empty()) return;
  json::Scratch scratch;  // one may be in use: this may be within a handler
  const EventParts parts = split_event(event, scratch);
  tell(loop(), its->outgoing, parts.name, as_array(parts.arguments, attachments, scratch));
}

}  // namespace duplex::sio
