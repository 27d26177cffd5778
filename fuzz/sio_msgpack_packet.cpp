// SPDX-License-Identifier: MIT
// A packet that the parser takes, and that passes the checks, is encoded as one that is taken alike; and as JSON, the
// JSON parser takes it too.
#include <cstdlib>

#include <duplex/sio_parser.h>

#include "protocol/json/validate.h"
#include "protocol/sio/encode.h"
#include "protocol/sio/error.h"
#include "protocol/sio/event.h"
#include "protocol/sio/packet.h"

using namespace duplex;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}

bool read(ConstBytes bytes, sio::Parsed& out) {
  if (sio::msgpack_parser()->decode(ws::Message(bytes), {}, out)) return false;
  require(out.is_valid && (out.packet.payload.empty() || json::validate(out.packet.payload) == json::Fault::none));
  return !sio::check(out.packet, {}, true);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::Parsed parsed;
  if (!read(std::as_bytes(std::span(data, size)), parsed)) return 0;
  const sio::Packet& packet = parsed.packet;
  require(packet.attachments == parsed.binaries.size());
  if (sio::is_event(packet.type)) {
    json::Scratch scratch;
    const auto event = sio::split_event(packet.payload, scratch);
    require(!sio::is_reserved(event.name));
    require(json::validate("[" + std::string(event.arguments) + "]") == json::Fault::none);
  }

  std::string bytes;
  require(sio::msgpack_parser()->encode(packet, parsed.binaries, bytes) == sio::Parser::Form::bytes);
  sio::Parsed again;
  require(read(as_bytes(bytes), again));
  require(again.packet == packet);

  sio::Packet json = packet;
  if (json.attachments != 0 && packet.type == sio::PacketType::event) json.type = sio::PacketType::binary_event;
  if (json.attachments != 0 && packet.type == sio::PacketType::ack) json.type = sio::PacketType::binary_ack;
  if (!sio::has_attachments(json.type)) json.attachments = 0;
  if (packet.nsp.find(',') != packet.nsp.npos) return 0;  // which ends a namespace there
  Buffer text;
  sio::encode(text, json);
  const auto decoded = sio::decode(text.text(), {.max_attachments = 1'000});
  require(decoded.has_value() && *decoded == json);
  return 0;
}
