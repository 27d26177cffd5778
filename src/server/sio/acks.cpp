// SPDX-License-Identifier: MIT
// Answers, both ways: those that clients wait for, and those that are awaited of them.
#include <algorithm>
#include <charconv>
#include <limits>

#include "protocol/sio/event.h"
#include "server/sio/client.h"
#include "server/sio/encoded_packet.h"
#include "server/sio/guard.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

void answer_here(std::uint64_t to, std::uint64_t id, EventView answer) {
  IoLoop* const loop = IoLoop::here();
  ServerSocket* const socket = loop == nullptr ? nullptr : loop->find(to);
  if (socket == nullptr) return;  // it has gone
  if (const LocalNamespace& local = *socket->local; local.is_plain && answer.attachments.empty()) {
    // What nearly every answer is: an event's head of another type, the id, and the arguments.
    char head[64];
    const std::string_view like = local.event_head;
    if (like.size() + std::numeric_limits<std::uint64_t>::digits10 + 1 <= sizeof head) {
      like.copy(head, like.size());
      head[1] = '3';
      const char* const end = std::to_chars(head + like.size(), head + sizeof head, id).ptr;
      socket->client->session.send_packet({head, static_cast<std::size_t>(end - head)}, answer.json, {});
      return;
    }
  }
  Buffer room = std::exchange(loop->packet, {});
  const Packet packet = packet_of(answer, socket->local->core.name(), id, true);
  socket->send_in_order(EncodedPacket(loop->parser, room, packet, answer.attachments), {});
  loop->packet = std::move(room);
}

void answer(std::uint64_t to, std::uint64_t id, std::string_view arguments,
            std::span<const json::Binary> attachments) noexcept {
  const int slot = static_cast<int>(to >> 56);
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && here->slot() == slot) return answer_here(to, id, {arguments, attachments});
  net::Reactor::post_to(slot, [to, id, owned = std::make_unique<OwnedEvent>(EventView{arguments, attachments})] {
    answer_here(to, id, owned->view());
  });
}

void dropped(std::uint64_t to, std::uint64_t) noexcept {
  net::Reactor::post_to(static_cast<int>(to >> 56), [to] {
    IoLoop* const loop = IoLoop::here();
    if (loop != nullptr && loop->find(to) != nullptr && loop->io.log().says(LogLevel::debug))
      loop->reactor.log(LogLevel::debug, "sio", "a handler dropped its ack unanswered: the client waits for nothing");
  });
}

}  // namespace

const Ack::Answerer ServerSocket::answerer{&answer, &dropped};

bool ServerSocket::expect(std::uint64_t ack, Within&& within) {
  IoLoop& its_loop = loop();
  auto& pending = extras().pending;
  if (pending.size() >= its_loop.io.options().max_pending_acks) {
    if (within.then) within.then(make_error_code(duplex::Errc::out_of_range));
    return false;
  }
  const auto limit = within.limit.count() > 0 ? within.limit : its_loop.io.options().ack_timeout;
  const auto timer = its_loop.reactor.after(limit, [bits = bits_, ack] {
    if (ServerSocket* socket = IoLoop::here()->find(bits)) socket->expire(ack);
  });
  pending.emplace(ack, Pending{std::move(within.then), timer});
  its_loop.counters.pending_acks.add();
  return true;
}

void ServerSocket::expire(std::uint64_t ack) {
  const auto it = extras().pending.find(ack);
  if (it == extras().pending.end()) return;
  const auto then = std::make_shared<Pending>(std::move(it->second));
  extras().pending.erase(it);
  loop().counters.pending_acks.subtract();
  if (then->then) guarded(loop(), "an answer's handler", [&] { then->then(make_error_code(duplex::Errc::timeout)); });
}

void ServerSocket::fail_pending() {
  if (!extras_) return;
  for (auto& entry : std::exchange(extras_->pending, {})) {
    Pending& waiting = entry.second;
    loop().reactor.cancel(waiting.timer);
    loop().counters.pending_acks.subtract();
    if (waiting.then)
      guarded(loop(), "an answer's handler", [&] { waiting.then(make_error_code(duplex::Errc::closed)); });
  }
}

void ServerSocket::received_ack(std::uint64_t ack, std::string_view payload,
                                std::span<const json::Binary> attachments) {
  if (extras_) {
    if (const auto it = extras_->pending.find(ack); it != extras_->pending.end()) {
      Pending waiting = std::move(it->second);
      extras_->pending.erase(it);
      loop().reactor.cancel(waiting.timer);
      loop().counters.pending_acks.subtract();
      if (waiting.then)
        guarded(loop(), "an answer's handler", [&] { waiting.then(Answer{json::View(payload, attachments)}); });
      return;
    }
  }
  const auto asked = local->asked.find(ack);
  if (asked != local->asked.end()) {
    auto& waiting = asked->second.waiting;
    if (const auto mine = std::find(waiting.begin(), waiting.end(), this); mine != waiting.end()) {
      *mine = waiting.back();
      waiting.pop_back();
      auto state = asked->second.state;
      if (waiting.empty()) local->asked.erase(asked);
      state->owner->run([core = local->core.shared_from_this(), state,
                         answer = std::make_unique<OwnedEvent>(EventView{payload, attachments})]() mutable {
        core->answered(*state, std::move(*answer));
      });
      return;
    }
  }
  client->stray_ack();
}

}  // namespace duplex::sio
