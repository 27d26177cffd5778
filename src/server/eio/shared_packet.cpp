// SPDX-License-Identifier: MIT
#include "server/eio/shared_packet.h"

#include <algorithm>

#include "core/recycled.h"
#include "net/reactor.h"
#include "protocol/eio/payload.h"

namespace duplex::eio {

SharedPacket::SharedPacket(ws::Message packet, std::span<const ConstBytes> attachments, bool compress)
    : first_(packet, ws::SendOptions{.compress = compress}), compress_(compress), is_text_(packet.is_text()) {
  if (packet.is_text() && attachments.empty()) return;
  Buffer polling;
  if (packet.is_text())
    polling.append(packet.text());
  else
    append_packet(polling, {PacketType::message, Encoding::binary, packet.text()});
  more_.reserve(attachments.size());
  for (const ConstBytes bytes : attachments) {
    append_packet(polling, {PacketType::message, Encoding::binary, as_text(bytes)});
    more_.push_back(std::make_unique<server::FanoutFrame>(ws::Message(bytes), ws::SendOptions{.compress = compress}));
  }
  polling_ = SharedBytes::copy(polling.bytes());
}

std::shared_ptr<const SharedPacket> SharedPacket::make(ws::Message packet, std::span<const ConstBytes> attachments,
                                                       bool compress) {
  return std::allocate_shared<const SharedPacket>(Recycled<SharedPacket>(), packet, attachments, compress);
}

std::size_t SharedPacket::bytes_held() const noexcept {
  std::size_t bytes = sizeof(SharedPacket) + first_.payload_size() + polling_.bytes().size();
  for (const auto& frame : more_) bytes += sizeof(server::FanoutFrame) + frame->payload_size();
  return bytes;
}

net::Slice LoopPacket::frame(std::size_t i, int window_bits, ws::DeflateContexts& contexts) {
  auto is_wanted = [&](const Held& held) {
    return held.slice.block != nullptr && held.frame == i && held.window_bits == window_bits;
  };
  if (is_wanted(first_)) return first_.slice;
  const auto found = std::find_if(more_.begin(), more_.end(), is_wanted);
  if (found != more_.end()) return found->slice;
  server::FanoutFrame& frame = packet_->frame(i);
  const net::Slice slice = reactor_.hold(window_bits == 0 ? frame.plain() : frame.compressed(window_bits, contexts));
  if (first_.slice.block == nullptr)
    first_ = {i, window_bits, slice};
  else
    more_.push_back({i, window_bits, slice});
  return slice;
}

LoopPacket::~LoopPacket() {
  if (first_.slice.block != nullptr) first_.slice.release();
  for (Held& held : more_) held.slice.release();
}

}  // namespace duplex::eio
