// SPDX-License-Identifier: MIT
#include "protocol/sio/event.h"
#include "server/sio/client.h"
#include "server/sio/namespace_core.h"
#include "server/sio/recovery.h"

namespace duplex::sio {
namespace {

/// The text packet (its `4` included), then its attachments, each a message of its own.
Sent send_all(eio::Session& session, std::string_view packet, std::span<const json::Binary> attachments,
              const Flags& flags) {
  if (!session.is_open()) return Sent::closed;
  // All of it or nothing: what would be dropped is dropped before its first part.
  if (flags.is_volatile && !session.is_writable()) return Sent::dropped;
  const eio::SendOptions options{.compress = flags.compress, .droppable = flags.is_volatile && attachments.empty()};
  Sent sent = session.send_packet(packet, options);
  for (const json::Binary bytes : attachments) sent = session.send_message(ws::Message(bytes), options);
  return sent;
}

}  // namespace

Sent Socket::send_event(EventView event, const Flags& flags, Within* within) {
  return ServerSocket::of(*this).send(event, flags, within);
}

Sent ServerSocket::send(EventView event, const Flags& flags, Within* within) {
  if (client == nullptr) {
    if (within != nullptr && within->then) within->then(make_error_code(duplex::Errc::closed));
    return Sent::closed;
  }
  NamespaceCore& core = local->core;
  if (loop().io.refuse_reserved(event)) {
    if (within != nullptr && within->then) within->then(make_error_code(duplex::Errc::bad_argument));
    return Sent::dropped;
  }
  std::optional<std::uint64_t> ack;
  if (within != nullptr) {
    ack = core.next_ack();
    if (!expect(*ack, std::move(*within))) return Sent::dropped;
  }
  if (core.recovery() != nullptr && !ack && in_own_room) {  // numbered, kept and counted when it leaves
    if (!core.ordered_elsewhere()) {
      core.send_numbered(sid(), bits_, event, flags);
      return client == nullptr ? Sent::closed : client->session.is_writable() ? Sent::ok : Sent::queued;
    }
    core.in_order([core = core.shared_from_this(), own = id, bits = bits_, owned = OwnedEvent(event), flags] {
      core->send_numbered({own.data(), own.size()}, bits, owned.view(), flags);
    });
    return Sent::queued;
  }
  loop().counters.events_out.add();
  if (local->outgoing_listeners != 0) {
    tell_outgoing(event.json, event.attachments);
    if (client == nullptr) return Sent::closed;
  }
  Buffer packet = std::exchange(loop().packet, {});
  packet.clear();
  packet.push_back('4');
  write_packet(packet, false, core.name(), ack, event);
  const Sent sent = send_in_order(packet.text(), event.attachments, flags);
  loop().packet = std::move(packet);
  return sent;
}

Sent ServerSocket::send_in_order(std::string_view packet, std::span<const json::Binary> attachments,
                                 const Flags& flags) {
  NamespaceCore& core = local->core;
  if (!core.ordered_elsewhere()) return send_all(client->session, packet, attachments, flags);
  core.in_order([slot = loop().reactor.slot(), session = client->session.bits(),
                 owned = std::make_shared<const OwnedEvent>(EventView{packet, attachments}), flags] {
    net::Reactor::post_to(slot, [session, owned, flags] {
      if (eio::Session* found = eio::Session::find(session)) send_all(*found, owned->text, owned->views, flags);
    });
  });
  return Sent::queued;
}

}  // namespace duplex::sio
