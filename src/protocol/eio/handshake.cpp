// SPDX-License-Identifier: MIT
#include "protocol/eio/handshake.h"

#include <charconv>

#include "protocol/eio/packet.h"

namespace duplex::eio {
namespace {

void append(Buffer& out, std::uint64_t value) {
  char digits[20];
  out.append(std::string_view(digits, std::to_chars(digits, digits + sizeof digits, value).ptr));
}

}  // namespace

void encode_open(Buffer& out, const Handshake& handshake) {
  encode(out, PacketType::open, "{\"sid\":\"");
  out.append(handshake.sid);
  out.append(handshake.upgrade_to_websocket ? "\",\"upgrades\":[\"websocket\"],\"pingInterval\":"
                                            : "\",\"upgrades\":[],\"pingInterval\":");
  append(out, handshake.ping_interval);
  out.append(",\"pingTimeout\":");
  append(out, handshake.ping_timeout);
  out.append(",\"maxPayload\":");
  append(out, handshake.max_payload);
  out.push_back('}');
}

}  // namespace duplex::eio
