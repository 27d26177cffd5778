// SPDX-License-Identifier: MIT
#include "protocol/eio/payload.h"

#include <algorithm>

#include "protocol/eio/base64.h"

namespace duplex::eio {

std::size_t count_packets(std::string_view payload) noexcept {
  return 1 + static_cast<std::size_t>(std::count(payload.begin(), payload.end(), separator));
}

std::optional<Packet> PayloadReader::next() noexcept {
  if (finished()) return std::nullopt;
  const std::size_t end = std::min(payload_.find(separator, position_), payload_.size());
  auto packet = decode(payload_.substr(position_, end - position_));
  // An empty packet is a bad one, so the empty payload is too.
  if (packet)
    position_ = end + 1;
  else
    failed_ = true;
  return packet;
}

void append_packet(Buffer& payload, const Packet& packet) {
  if (!payload.empty()) payload.push_back(separator);
  switch (packet.encoding) {
    case Encoding::text:
      encode(payload, packet.type, packet.data);
      break;
    case Encoding::binary:
      payload.push_back('b');
      encode_base64(payload, as_bytes(packet.data));
      break;
    case Encoding::base64:
      payload.push_back('b');
      payload.append(packet.data);
      break;
  }
}

std::size_t appended_size(const Packet& packet) noexcept {
  return 2 + (packet.encoding == Encoding::binary ? (packet.data.size() + 2) / 3 * 4 : packet.data.size());
}

}  // namespace duplex::eio
