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

void call(ServerSocket& socket, Bound& handler, Arrival& arrival, std::string_view name) {
  IoLoop& loop = socket.loop();
  guarded(loop, "a handler", [&] {
    const Refusal refusal = handler(arrival);
    if (!refusal) return;
    loop.counters.refused_arguments.add();
    loop.reactor.log(LogLevel::warning, "sio",
                     "event \"" + std::string(name) + "\" is not handled: argument " +
                         std::to_string(refusal.index + 1) + ": " + make_error_code(refusal.why).message());
  });
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
  IoLoop& its_loop = loop();
  its_loop.counters.events_in.add();
  json::Scratch& scratch = its_loop.scratch;
  scratch.clear();
  const EventParts event = split_event(payload, scratch);
  if (SocketListeners* const its = listeners_if_any()) {
    if (!its->any.empty()) tell(its_loop, its->any, event.name, as_array(event.arguments, attachments, scratch));
    if (!its->gate.empty() && !its->gate.pass(*this, event.name, as_array(event.arguments, attachments, scratch),
                                              {payload, attachments}, ack))
      return;
  }
  handle_event(event, attachments, ack);
}

void ServerSocket::handle_event(const EventParts& event, std::span<const json::Binary> attachments,
                                std::optional<std::uint64_t> ack) {
  IoLoop& its_loop = loop();
  Arrival arrival{this, event.arguments, attachments, its_loop.scratch, {}};
  if (ack) arrival.ack = {&answerer, bits_, *ack};
  const HandlerTable& table = local->core.table();
  bool handled = false;
  if (const auto it = table.events.find(event.name); it != table.events.end()) {
    handled = true;
    for (const auto& handler : it->second)
      if (client != nullptr) call(*this, *handler, arrival, event.name);
  }
  SocketListeners* const its = listeners_if_any();
  if (its != nullptr && client != nullptr && !its->own.empty()) {
    for (const auto& each : std::vector(its->own)) {  // a handler may add and remove others
      if (each.name != event.name || client == nullptr) continue;
      if (each.once) off(each.id);
      handled = true;
      call(*this, *each.handler, arrival, event.name);
    }
  }
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
