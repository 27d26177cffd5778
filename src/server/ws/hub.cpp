// SPDX-License-Identifier: MIT
#include "server/ws/hub.h"

#include "connection/ws_extras.h"
#include "net/reactor.h"
#include "protocol/ws/message_encoder.h"

namespace duplex::server {

FanoutFrame::FanoutFrame(ws::Message message, ws::SendOptions options)
    : plain_(SharedBytes::make(ws::frame_size(message.size(), false))),
      payload_size_(message.size()),
      text_(message.is_text()),
      options_(options) {
  ws::write_frame(plain_.mutable_bytes().data(), text_ ? ws::Opcode::text : ws::Opcode::binary, message.bytes());
}

SharedBytes FanoutFrame::compressed(int window_bits, ws::DeflateContexts& contexts) {
  const std::lock_guard lock(mutex_);
  for (const auto& [bits, bytes] : compressed_)
    if (bits == window_bits) return bytes;
  const ConstBytes payload = plain_.bytes().last(payload_size_);
  const ConstBytes small = contexts.compress({.window_bits = static_cast<std::uint8_t>(window_bits)}, payload);
  SharedBytes frame = SharedBytes::make(ws::frame_size(small.size(), false));
  ws::write_frame(frame.mutable_bytes().data(), text_ ? ws::Opcode::text : ws::Opcode::binary, small, true);
  compressed_.emplace_back(window_bits, frame);
  return frame;
}

void Hub::publish(std::string_view room, ws::Message message, ws::SendOptions options, const ws::WsConnection* except) {
  if (group_.hubs.size() == 1) {
    FanoutFrame frame(message, options);
    return deliver(room, frame, except);
  }
  const auto frame = std::make_shared<FanoutFrame>(message, options);
  deliver(room, *frame, except);
  post(group_, this, room, frame);
}

void Hub::publish_from_anywhere(HubGroup& group, std::string_view room, ws::Message message, ws::SendOptions options) {
  const net::Reactor* here = net::Reactor::current();
  for (Hub* hub : group.hubs)
    if (here == &hub->loop_.reactor()) return hub->publish(room, message, options, nullptr);
  post(group, nullptr, room, std::make_shared<FanoutFrame>(message, options));
}

void Hub::post(HubGroup& group, const Hub* but, std::string_view room, const std::shared_ptr<FanoutFrame>& frame) {
  for (Hub* hub : group.hubs)
    if (hub != but)
      hub->loop_.reactor().post([hub, frame, room = std::string(room)] { hub->deliver(room, *frame, nullptr); });
}

void Hub::deliver(std::string_view name, FanoutFrame& frame, const ws::WsConnection* except) {
  Room* room = rooms_.find(name);
  if (room == nullptr) return;
  const auto found = group_.policies.empty() ? group_.policies.end() : group_.policies.find(std::string(name));
  std::optional<ws::Overflow> policy;
  if (found != group_.policies.end()) policy = found->second;

  net::Slice plain;
  struct Variant {
    int window_bits = 0;
    net::Slice slice;
  };
  std::array<Variant, 8> compressed;  // by window_bits - 8

  // Backwards, because a receiver that is closed for being slow does not leave the room before the turn ends,
  // but a handler (on_error) may take it out: what takes its place then has been served already.
  const auto& members = room->members();
  const std::uint64_t rooms_ended = rooms_.ended();
  for (std::size_t i = members.size(); i-- > 0;) {
    if (i >= members.size()) continue;
    ws::WsConnection& to = ws::WsConnection::of_member(*members[i]);
    if (&to == except) continue;
    const ws::DeflateAgreement* agreed = to.deflate();
    const bool small =
        agreed != nullptr && frame.options().compress && frame.payload_size() >= to.endpoint().deflate.threshold;
    net::Slice* slice = &plain;
    if (small) {
      Variant& variant = compressed[agreed->server_max_window_bits - 8u];
      variant.window_bits = agreed->server_max_window_bits;
      slice = &variant.slice;
    }
    if (slice->block == nullptr)
      *slice = loop_.reactor().hold(small ? frame.compressed(agreed->server_max_window_bits, loop_.deflate())
                                          : frame.plain());
    to.send_frame(*slice, frame.options(), policy.value_or(to.endpoint().handlers.overflow), small);
    if (rooms_.ended() != rooms_ended && rooms_.find(name) != room) break;  // the last member left: the room is gone
  }
  if (plain.block != nullptr) plain.release();
  for (Variant& variant : compressed)
    if (variant.slice.block != nullptr) variant.slice.release();
}

}  // namespace duplex::server

namespace duplex::ws {

void Socket::join(std::string_view room) {
  WsConnection& self = WsConnection::of(*this);
  if (self.is_open() && self.endpoint().hub != nullptr) self.endpoint().hub->rooms().join(self.room_member(), room);
}

void Socket::leave(std::string_view room) {
  WsConnection& self = WsConnection::of(*this);
  if (self.endpoint().hub != nullptr) self.endpoint().hub->rooms().leave(self.room_member(), room);
}

void Socket::publish(std::string_view room, Message message, SendOptions options) {
  WsConnection& self = WsConnection::of(*this);
  if (self.endpoint().hub != nullptr) self.endpoint().hub->publish(room, message, options, &self);
}

}  // namespace duplex::ws
