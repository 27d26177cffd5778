// SPDX-License-Identifier: MIT
// The heartbeat: the server pings, the client answers (Engine.IO 4). One timer a session, for the next ping or for the
// pong that is due; it runs on through an upgrade, so that a ping that was lost there does not end the pinging for
// good. In Engine.IO 3 it is the client that pings.
#include "server/eio/engine_loop.h"

namespace duplex::eio {
namespace {

constexpr auto timer_lateness = std::chrono::milliseconds(20);

}  // namespace

void Session::schedule_ping() {
  awaiting_pong_ = false;
  ping_due_ = reactor().now() + loop_.options().ping_interval;
  heartbeat_ = reactor().after(loop_.options().ping_interval, [bits = bits_] {
    if (Session* self = find(bits)) self->send_ping();
  });
}

void Session::send_ping() {
  heartbeat_ = 0;
  if (state_ == State::closed) return;
  ping_sent_ = reactor().now();
  awaiting_pong_ = true;
  // The two timers must not add up their lateness: clients count both from the pong before. Unless the loop was held
  // up.
  const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(ping_sent_ - ping_due_);
  const auto limit = loop_.options().ping_timeout - (late < timer_lateness ? late : std::chrono::milliseconds(0));
  heartbeat_ = reactor().after(limit, [bits = bits_] {
    if (Session* self = find(bits)) self->pong_overdue();
  });
  if (ws_ == nullptr) {
    queue(PacketType::ping, false, {}, false);
    return;
  }
  send_frame_now("2", {.compress = false});
  if (state_ != State::open) return;
  marked_ = true;
  mark();
}

void Session::pong_overdue() {
  heartbeat_ = 0;
  // Whatever came after the ping shows that the client lives; it has another ping_timeout from then on.
  if (last_heard_ > ping_sent_) {
    const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(reactor().now() - last_heard_);
    if (quiet < loop_.options().ping_timeout) {
      heartbeat_ = reactor().after(loop_.options().ping_timeout - quiet, [bits = bits_] {
        if (Session* self = find(bits)) self->pong_overdue();
      });
      return;
    }
  }
  end("ping timeout", {});
}

void Session::received_pong() {
  if (!awaiting_pong_) return;  // nobody asked
  cancel(heartbeat_);
  schedule_ping();
  if (ws_ != nullptr) mark_seen();
}

// -- Engine.IO 3 ------------------------------------------------------------------------------------------------------

/// One timer that looks back: a ping, or anything else that is heard, costs no more than to note the time.
void Session::expect_ping() {
  const auto limit = loop_.options().ping_interval + loop_.options().ping_timeout;
  const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(reactor().now() - last_heard_);
  heartbeat_ = reactor().after(limit - quiet, [bits = bits_] {
    if (Session* self = find(bits)) self->ping_overdue();
  });
}

void Session::ping_overdue() {
  heartbeat_ = 0;
  const auto quiet = reactor().now() - last_heard_;
  if (quiet < loop_.options().ping_interval + loop_.options().ping_timeout) return expect_ping();
  end("ping timeout", {});
}

void Session::received_ping() {
  if (ws_ != nullptr)
    (void)send_frame_now("3", {.compress = false});
  else if (!waiting_.ends_with(PacketType::pong))  // one answer is enough for all pings that nobody fetched one for
    (void)queue(PacketType::pong, false, {}, false);
}

}  // namespace duplex::eio
