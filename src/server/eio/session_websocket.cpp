// SPDX-License-Identifier: MIT
// A session over a WebSocket, and how one takes over from polling: the client opens it beside the polls, probes it
// ("2probe", answered "3probe"), ends its polling, and says "5".
#include "connection/ws_connection.h"
#include "server/eio/engine_loop.h"

namespace duplex::eio {
namespace {

constexpr std::uint16_t no_status = 1005;  // a Close without a code, as Node's server sends it
// While the client waits to switch, a poll that is open is answered at most this much later, with nothing: or it would
// wait for the next message or ping before it could.
constexpr auto noop_interval = std::chrono::milliseconds(100);

}  // namespace

void Session::on_websocket_open(ws::WsConnection& socket) {
  if (transport_ == Transport::websocket && ws_ == nullptr && !opened_)
    attach(socket);
  else
    attach_probe(socket);
}

void Session::attach(ws::WsConnection& socket) {
  ws_ = &socket;
  Buffer open;
  write_open(open);
  send_frame_now(open.text(), {.compress = false});
  if (state_ == State::open) opened();
}

void Session::attach_probe(ws::WsConnection& socket) {
  if (state_ != State::open || transport_ == Transport::websocket || probe_ != nullptr) {
    ws::WsConnection* unwanted = &socket;
    return let_go(unwanted);
  }
  claim();
  probe_ = &socket;
  probe_timer_ = reactor().after(loop_.options().upgrade_timeout, [bits = bits_] {
    if (Session* self = find(bits)) self->drop_probe();
  });
}

/// Parts with a socket: it is closed, and what still comes from it is nobody's.
void Session::let_go(ws::WsConnection*& socket) {
  if (socket == nullptr) return;
  ws::WsConnection* gone = std::exchange(socket, nullptr);
  gone->set_user(nullptr);
  gone->start_closing(no_status, {});
}

Sent Session::send_frame_now(std::string_view packet, SendOptions options) {
  return ws_->send_message(ws::Message(packet), {.compress = options.compress});
}

Sent Session::send_bytes_now(ConstBytes bytes, SendOptions options) {
  if (!dialect_.v3) return ws_->send_message(ws::Message(bytes), {.compress = options.compress});
  Buffer& packet = loop_.send_scratch();
  packet.clear();
  if (dialect_.base64) {
    v3::encode_as_text(packet, bytes);
    return send_frame_now(packet.text(), options);
  }
  v3::encode_binary(packet, bytes);
  return ws_->send_message(ws::Message(ConstBytes(packet.bytes())), {.compress = options.compress});
}

void Session::on_websocket_message(ws::WsConnection& socket, ws::Message message) {
  if (&socket != ws_) {
    if (&socket == probe_) received_on_probe(message);
    return;
  }
  // What nearly every packet is.
  if (message.is_text() && message.text().starts_with(character(PacketType::message)) && !dialect_.v3 &&
      state_ == State::open) {
    last_heard_ = reactor().now();
    return deliver(ws::Message(message.text().substr(1)));
  }
  if (const auto packet = decode(dialect_, message))
    (void)received(*packet);
  else
    end("parse error", "an invalid packet");
}

void Session::on_websocket_drain(ws::WsConnection& socket) {
  if (&socket != ws_) return;
  drain_due_ = true;
  drained();
}

void Session::on_websocket_error(ws::WsConnection& socket, const ws::Error& error) {
  if (&socket == ws_)
    end("transport error", error.text);
  else if (&socket == probe_)
    drop_probe();
}

void Session::on_websocket_close(ws::WsConnection& socket, ws::Close close) {
  if (&socket == probe_) return drop_probe();
  if (&socket != ws_) return;
  let_go(ws_);
  end("transport close", "the WebSocket was closed with " + std::to_string(close.code));
}

// -- the upgrade ------------------------------------------------------------------------------------------------------

void Session::received_on_probe(ws::Message message) {
  if (message.is_text() && message.text() == "2probe") {
    probe_->send_message(ws::Message("3probe"), {.compress = false});
    probed_ = true;
    if (noop_timer_ == 0) check_probe_later();
  } else if (message.is_text() && message.text().starts_with("5")) {
    upgrade();
  } else {
    drop_probe();  // polling goes on
  }
}

void Session::check_probe_later() {
  noop_timer_ = reactor().after(noop_interval, [bits = bits_] {
    if (Session* self = find(bits)) self->check_probe();
  });
}

void Session::check_probe() {
  noop_timer_ = 0;
  if (probe_ == nullptr) return;
  if (poll_) answer_poll({PacketType::noop});
  check_probe_later();
}

void Session::drop_probe() {
  cancel(probe_timer_);
  cancel(noop_timer_);
  probed_ = false;
  let_go(probe_);
}

void Session::upgrade() {
  cancel(probe_timer_);
  cancel(noop_timer_);
  if (poll_) answer_poll({PacketType::noop});
  last_heard_ = reactor().now();
  transport_ = Transport::websocket;
  ws_ = std::exchange(probe_, nullptr);
  probed_ = marked_ = false;
  flush_to_websocket();
  if (state_ == State::closing) return end("forced close", {});
  if (state_ != State::open) return;
  if (loop_.handlers().on_upgrade) loop_.handlers().on_upgrade(*this);
}

/// What waited for a poll goes over the WebSocket, in order.
void Session::flush_to_websocket() {
  const Outgoing waited = std::exchange(waiting_, {});
  waited.each([&](const Outgoing::Item& item, std::string_view data) {
    if (ws_ == nullptr) return;  // it failed while it was written to
    if (item.shared) {
      LoopPacket packet(item.shared, reactor());
      const State state = std::exchange(state_, State::open);  // what waited when it began to close is still sent
      send_shared(packet, {.compress = item.compress});
      if (state_ == State::open) state_ = state;
    } else if (item.binary) {
      send_bytes_now(as_bytes(data), {.compress = item.compress});
    } else {
      Buffer& packet = loop_.send_scratch();
      packet.clear();
      encode(packet, item.type, data);
      send_frame_now(packet.text(), {.compress = item.compress});
    }
  });
  drained();
}

}  // namespace duplex::eio
