// SPDX-License-Identifier: MIT
#include "server/eio/session.h"

#include <exception>

#include "connection/ws_connection.h"
#include "protocol/eio/base64.h"
#include "protocol/eio/handshake.h"
#include "server/eio/engine_loop.h"

namespace duplex::eio {
namespace {

// A client that was told to go and never polls again is given up after this, as in Node.
constexpr auto close_limit = std::chrono::seconds(30);

}  // namespace

Session::Session(EngineLoop& loop, const Sid& sid, Transport transport, Dialect dialect,
                 std::shared_ptr<const RequestInfo> handshake)
    : loop_(loop),
      last_heard_(loop.reactor().now()),
      dialect_(dialect),
      transport_(transport),
      sid_(sid),
      handshake_(std::move(handshake)) {}

Session::~Session() = default;

net::Reactor& Session::reactor() const noexcept { return loop_.reactor(); }

void Session::cancel(net::TimerId& timer) {
  if (timer != 0) reactor().cancel(std::exchange(timer, 0));
}

/// Runs a handler of the layer above: what it throws ends this session and no other.
template <class F>
void Session::guarded(F&& handler) {
  try {
    return handler();
  } catch (const std::exception& e) {
    handler_threw(e.what());
  } catch (...) {
    handler_threw("something that is not a std::exception");
  }
}

void Session::handler_threw(const char* thrown) {
  reactor().log(LogLevel::error, "eio", "a handler of " + loop_.options().path + " threw: " + thrown);
  end("forced close", "a handler threw");
}

// -- opening ----------------------------------------------------------------------------------------------------------

void Session::write_open(Buffer& out) const {
  const EngineOptions& o = loop_.options();
  encode_open(out, {.sid = sid(),
                    .upgrade_to_websocket = transport_ == Transport::polling && loop_.may_upgrade(),
                    .ping_interval = static_cast<std::uint32_t>(o.ping_interval.count()),
                    .ping_timeout = static_cast<std::uint32_t>(o.ping_timeout.count()),
                    .max_payload = o.max_http_buffer});
}

void Session::opened() {
  opened_ = true;
  if (transport_ == Transport::polling) {
    unclaimed_ = true;
    loop_.count_unclaimed(1);
    claim_timer_ = reactor().after(loop_.options().claim_timeout, [bits = bits_] {
      if (Session* self = find(bits)) self->end("ping timeout", "the client opened a session and never came back");
    });
  }
  dialect_.v3 ? expect_ping() : schedule_ping();
  if (loop_.handlers().on_open) guarded([this] { loop_.handlers().on_open(*this); });
}

/// The client has come back: the session is no longer one of those that are given up early.
void Session::claim() {
  if (!unclaimed_) return;
  unclaimed_ = false;
  cancel(claim_timer_);
  loop_.count_unclaimed(-1);
}

// -- receiving --------------------------------------------------------------------------------------------------------

/// Acts on one packet of the peer's. False if nothing more is to be read.
bool Session::received(const Packet& packet) {
  if (state_ == State::closed) return false;
  last_heard_ = reactor().now();
  if (packet.type == PacketType::close && transport_ == Transport::polling) {
    parting_ = !poll_;
    if (poll_) waiting_.empty() ? answer_poll({PacketType::noop}) : flush_poll();
    end("transport close", "the client closed the session");
    return false;
  }
  if (state_ != State::open) return true;
  switch (packet.type) {
    case PacketType::message:
      if (packet.encoding == Encoding::base64) {
        Buffer& decoded = loop_.decode_scratch();
        decoded.clear();
        const auto size = decode_base64(decoded.prepare(packet.data.size()), packet.data);
        if (!size) {
          end("parse error", "a binary packet that is not base64");
          return false;
        }
        decoded.commit(*size);
        deliver(ws::Message(ConstBytes(decoded.bytes())));
      } else if (packet.encoding == Encoding::binary) {
        deliver(ws::Message(as_bytes(packet.data)));
      } else {
        deliver(ws::Message(packet.data));
      }
      break;
    case PacketType::ping:
    case PacketType::pong:
      if (dialect_.v3 != (packet.type == PacketType::ping)) {
        end("transport error", "invalid heartbeat direction");
        return false;
      }
      dialect_.v3 ? received_ping() : received_pong();
      break;
    case PacketType::open:
    case PacketType::close:  // over a WebSocket its own Close says it, and Node takes no notice of this one
    case PacketType::upgrade:
    case PacketType::noop:
      break;
  }
  return state_ != State::closed;
}

/// As `guarded`, but without a frame of its own: once for every message.
void Session::deliver(ws::Message message) {
  auto& handler = loop_.handlers().on_message;
  if (!handler) return;
  try {
    handler(*this, message);
  } catch (const std::exception& e) {
    handler_threw(e.what());
  } catch (...) {
    handler_threw("something that is not a std::exception");
  }
}

// -- sending ----------------------------------------------------------------------------------------------------------

bool Session::can_take() const noexcept {
  if (state_ != State::open) return false;
  return ws_ != nullptr ? ws_->stream().buffered() <= loop_.options().soft_limit : poll_ != nullptr;
}

std::size_t Session::waiting_bytes() const noexcept {
  return ws_ != nullptr ? ws_->stream().buffered() : waiting_.bytes();
}

Sent Session::result() const noexcept { return waiting_bytes() > loop_.options().soft_limit ? Sent::queued : Sent::ok; }

Sent Session::send_message(ws::Message message, SendOptions options) {
  if (state_ != State::open) return Sent::closed;
  if (options.droppable && !can_take()) return Sent::dropped;
  if (ws_ != nullptr) {
    if (!message.is_text()) return send_bytes_now(message.bytes(), options);
    Buffer& packet = loop_.send_scratch();
    packet.clear();
    encode(packet, PacketType::message, message.text());
    return send_frame_now(packet.text(), options);
  }
  if (make_room() == Sent::closed) return Sent::closed;
  return queue(PacketType::message, !message.is_text(), message.text(), options.compress);
}

Sent Session::send_packet(std::string_view packet, SendOptions options) {
  if (state_ != State::open) return Sent::closed;
  if (options.droppable && !can_take()) return Sent::dropped;
  if (ws_ != nullptr) return send_frame_now(packet, options);
  packet.remove_prefix(1);
  if (make_room() == Sent::closed) return Sent::closed;
  return queue(PacketType::message, false, packet, options.compress);
}

Sent Session::send_packet(std::string_view head, std::string_view rest, SendOptions options) {
  if (state_ != State::open) return Sent::closed;
  if (options.droppable && !can_take()) return Sent::dropped;
  if (ws_ != nullptr && ws_->send_short(head, rest)) return Sent::ok;
  Buffer& packet = loop_.send_scratch();
  packet.clear();
  packet.append(head);
  packet.append(rest);
  return send_packet(packet.text(), options);
}

Sent Session::send_shared(LoopPacket& packet, SendOptions options) {
  if (state_ != State::open) return Sent::closed;
  if (options.droppable && !can_take()) return Sent::dropped;
  if (ws_ == nullptr) {
    if (make_room() == Sent::closed) return Sent::closed;
    outgoing().add(packet.shared());
    return queued();
  }
  Sent sent = Sent::ok;
  for (std::size_t i = 0; i < packet.packet().frames() && ws_ != nullptr; ++i) {
    const server::FanoutFrame& frame = packet.packet().frame(i);
    if (dialect_.v3 && !packet.packet().is_text(i)) {
      // Its bytes look different, and it is rare: not worth a frame of their own.
      sent = send_bytes_now(frame.payload(), options);
      continue;
    }
    const ws::DeflateAgreement* agreed = ws_->deflate();
    const bool small = agreed != nullptr && options.compress && frame.options().compress &&
                       frame.payload_size() >= ws_->endpoint().deflate.threshold;
    const net::Slice slice = packet.frame(i, small ? agreed->server_max_window_bits : 0, loop_.deflate());
    sent = ws_->send_frame(slice, {.compress = options.compress}, ws::Overflow::disconnect, small);
  }
  return state_ == State::closed ? Sent::closed : sent;
}

/// Where what is to be sent waits. A session has memory for that only while something does.
Outgoing& Session::outgoing() {
  if (waiting_.capacity() == 0) waiting_ = loop_.take_outgoing();
  return waiting_;
}

Sent Session::queue(PacketType type, bool binary, std::string_view data, bool compress) {
  outgoing().add(type, binary, data, compress);
  return queued();
}

/// Something was added to what waits: the poll that is open, if one is, is answered at the end of the turn.
Sent Session::queued() {
  drain_due_ = true;
  if (poll_ && !flush_due_) {
    flush_due_ = true;
    loop_.flush_later(bits_);
  }
  return result();
}

/// Ends a session whose client does not fetch what waits for it. One message may pass the limit, as over a WebSocket.
Sent Session::make_room() {
  if (waiting_.bytes() <= loop_.options().hard_limit) return Sent::ok;
  reactor().log(LogLevel::info, "eio", "closing a polling session: more than hard_limit bytes wait for it");
  end("transport error", "the client polls too slowly: more than hard_limit bytes wait for it");
  return Sent::closed;
}

/// What waited has left.
void Session::drained() {
  if (!std::exchange(drain_due_, false) || state_ != State::open || !loop_.handlers().on_drain) return;
  guarded([this] { loop_.handlers().on_drain(*this); });
}

void Session::mark() {
  if (loop_.handlers().on_mark) guarded([this] { loop_.handlers().on_mark(*this); });
}

void Session::mark_seen() {
  if (!std::exchange(marked_, false) || !loop_.handlers().on_mark_seen) return;
  guarded([this] { loop_.handlers().on_mark_seen(*this); });
}

// -- ending -----------------------------------------------------------------------------------------------------------

void Session::close_session(bool discard) {
  if (state_ == State::closed) return;
  if (discard || ws_ != nullptr) return end("forced close", {});
  if (state_ == State::closing) return;
  if (poll_ && waiting_.empty()) return end("forced close", {});  // which answers the poll with a close packet
  flush_poll();
  if (state_ != State::open) return;
  state_ = State::closing;  // the next poll hears it
  close_timer_ = reactor().after(close_limit, [bits = bits_] {
    if (Session* self = find(bits)) self->end("forced close", {});
  });
}

void Session::end(std::string_view reason, std::string_view details) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  claim();
  for (net::TimerId* timer : {&heartbeat_, &claim_timer_, &close_timer_, &probe_timer_, &noop_timer_}) cancel(*timer);
  let_go(ws_);
  let_go(probe_);
  if (poll_) answer_poll({PacketType::close});
  if (upload_ && !in_upload_) finish_upload();
  waiting_ = {};
  loop_.forget(*this);
  if (opened_ && loop_.handlers().on_close) guarded([&] { loop_.handlers().on_close(*this, {reason, details}); });
  loop_.bury(bits_);
}

}  // namespace duplex::eio
