// SPDX-License-Identifier: MIT
#include "server/eio/shared_packet.h"

#include <algorithm>

#include "net/reactor.h"
#include "protocol/eio/payload.h"

namespace duplex::eio {

SharedPacket::SharedPacket(std::string_view text, std::span<const ConstBytes> attachments, bool compress)
    : compress_(compress) {
  Buffer polling;
  append_packet(polling, {PacketType::message, Encoding::text, text});
  frames_.reserve(1 + attachments.size());
  // The packet as text is the frame's payload too: "4…".
  frames_.push_back(
      std::make_unique<server::FanoutFrame>(ws::Message(polling.text()), ws::SendOptions{.compress = compress}));
  for (const ConstBytes bytes : attachments) {
    append_packet(polling, {PacketType::message, Encoding::binary, as_text(bytes)});
    frames_.push_back(std::make_unique<server::FanoutFrame>(ws::Message(bytes), ws::SendOptions{.compress = compress}));
  }
  polling_ = SharedBytes::copy(polling.bytes());
}

net::LocalBlock& LoopPacket::frame(std::size_t i, int window_bits, ws::DeflateContexts& contexts) {
  auto is_wanted = [&](const Held& held) {
    return held.block != nullptr && held.frame == i && held.window_bits == window_bits;
  };
  if (is_wanted(first_)) return *first_.block;
  const auto found = std::find_if(more_.begin(), more_.end(), is_wanted);
  if (found != more_.end()) return *found->block;
  server::FanoutFrame& frame = *packet_->frames()[i];
  net::LocalBlock& block = reactor_.hold(window_bits == 0 ? frame.plain() : frame.compressed(window_bits, contexts));
  if (first_.block == nullptr)
    first_ = {i, window_bits, &block};
  else
    more_.push_back({i, window_bits, &block});
  return block;
}

LoopPacket::~LoopPacket() {
  if (first_.block != nullptr) first_.block->release();
  for (const Held& held : more_) held.block->release();
}

}  // namespace duplex::eio
