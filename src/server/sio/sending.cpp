// SPDX-License-Identifier: MIT
#include "protocol/sio/event.h"
#include "server/sio/client.h"
#include "server/sio/encoded_packet.h"
#include "server/sio/namespace_core.h"
#include "server/sio/recovery.h"

namespace duplex::sio {
namespace {

/// The packet, then its attachments, each a message of its own.
Sent send_all(eio::Session& session, ws::Message packet, std::span<const json::Binary> attachments,
              const Flags& flags) {
  if (!session.is_open()) return Sent::closed;
  // All of it or nothing: what would be dropped is dropped before its first part.
  if (flags.is_volatile && !session.is_writable()) return Sent::dropped;
  const eio::SendOptions options{.compress = flags.compress, .droppable = flags.is_volatile && attachments.empty()};
  Sent sent = sio::send(session, packet, options);
  for (const json::Binary bytes : attachments) sent = session.send_message(ws::Message(bytes), options);
  return sent;
}

}  // namespace

Sent Socket::send_event(EventView event, const Flags& flags, Within* within) {
  return ServerSocket::of(*this).send(event, flags, within);
}

Sent ServerSocket::send(EventView event, const Flags& flags, Within* within) {
  // What nearly every event is.
  if (client != nullptr && within == nullptr && local->is_plain && local->outgoing_listeners == 0 &&
      event.attachments.empty() && !may_have_reserved_name(event.json)) {
    local->loop.counters.events_out.add();
    return client->session.send_packet(local->event_head, event.json,
                                       {.compress = flags.compress, .droppable = flags.is_volatile});
  }
  return send_any(event, flags, within);
}

Sent ServerSocket::send_any(EventView event, const Flags& flags, Within* within) {
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
  Buffer room = std::exchange(loop().packet, {});
  const EncodedPacket packet(loop().parser, room, packet_of(event, core.name(), ack), event.attachments);
  const Sent sent = send_in_order(packet, flags);
  loop().packet = std::move(room);
  return sent;
}

Sent ServerSocket::send_in_order(const EncodedPacket& packet, const Flags& flags) {
  NamespaceCore& core = local->core;
  const ws::Message message = packet.message();
  if (!core.ordered_elsewhere()) return send_all(client->session, message, packet.attachments(), flags);
  core.in_order([slot = loop().reactor.slot(), session = client->session.bits(), is_text = message.is_text(),
                 owned = std::make_shared<const OwnedEvent>(EventView{message.text(), packet.attachments()}), flags] {
    net::Reactor::post_to(slot, [session, is_text, owned, flags] {
      const ws::Message kept = is_text ? ws::Message(owned->text) : ws::Message(as_bytes(owned->text));
      if (eio::Session* found = eio::Session::find(session)) send_all(*found, kept, owned->views, flags);
    });
  });
  return Sent::queued;
}

}  // namespace duplex::sio
