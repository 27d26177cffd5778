// SPDX-License-Identifier: MIT
// The WebSocket's control frames: heartbeat and round trip, and what a peer that floods us with pings gets.
#include <algorithm>

#include "connection/ws_extras.h"
#include "net/reactor.h"
#include "protocol/ws/message_encoder.h"

namespace duplex::ws {
namespace {

// A peer may send this many control frames a second; more in this many seconds on end is a flood.
constexpr std::uint8_t control_frames_per_second = 50;
constexpr std::uint8_t flood_seconds = 10;

std::int64_t microseconds_now() noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void WsConnection::send_ping(ConstBytes payload) {
  if (state_ != State::open) return;
  std::array<std::byte, 8> stamp;
  if (payload.empty()) {  // ours: it carries the time, which the pong brings back
    store_be64(stamp.data(), static_cast<std::uint64_t>(microseconds_now()));
    payload = stamp;
  }
  std::optional<MaskKey> key;
  if (endpoint_.role == Role::client) key = endpoint_.loop.mask_key();
  stream().write([&](Buffer& out) { encode_ping(out, payload, key); });
}

void WsConnection::received_ping(ConstBytes payload) {
  if (control_frames_too_fast()) return;
  if (state_ != State::open) return;
  // Every ping is answered, in order, while the peer reads; for one that does not, only the newest waits.
  if (stream().buffered() > endpoint_.handlers.soft_limit) {
    extras().pending_pong = as_text(payload);
    stream().tell_when_down_to(endpoint_.handlers.soft_limit / 2);
    return;
  }
  if (extras_)
    extras_->pending_pong.reset();  // this answer stands for the older one, too, which must not come after it
  std::optional<MaskKey> key;
  if (endpoint_.role == Role::client) key = endpoint_.loop.mask_key();
  stream().write([&](Buffer& out) { encode_pong(out, payload, key); });
}

void WsConnection::received_pong(ConstBytes payload) {
  if (control_frames_too_fast()) return;
  ping_out_ = false;
  if (payload.size() != 8) return;
  const std::int64_t taken = microseconds_now() - static_cast<std::int64_t>(load_be64(payload.data()));
  if (taken >= 0 && taken < 600'000'000) round_trip_us_ = static_cast<std::uint32_t>(std::max<std::int64_t>(taken, 1));
}

bool WsConnection::control_frames_too_fast() {
  const auto second = static_cast<std::uint16_t>(tick() / 1000);
  if (second != control_second_) {
    const bool in_a_row =
        second == static_cast<std::uint16_t>(control_second_ + 1) && control_count_ > control_frames_per_second;
    control_seconds_ = in_a_row ? static_cast<std::uint8_t>(control_seconds_ + 1) : std::uint8_t{0};
    control_second_ = second;
    control_count_ = 0;
  }
  if (control_count_ < 0xFF) ++control_count_;
  if (control_seconds_ < flood_seconds) return false;
  fail_with({"WS_CONTROL_FLOOD", "more than 50 control frames a second for 10 seconds", close_code::policy_violation});
  return true;
}

}  // namespace duplex::ws
