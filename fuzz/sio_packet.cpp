// SPDX-License-Identifier: MIT
// A packet that decodes encodes to one that decodes alike, and its attachments can be collected.
#include <cstdlib>

#include "core/utf8.h"
#include "protocol/json/validate.h"
#include "protocol/sio/encode.h"
#include "protocol/sio/event.h"
#include "protocol/sio/reconstruct.h"

using namespace duplex;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  const auto packet = sio::decode(text);
  sio::EventParts plain;
  std::optional<std::uint64_t> ack;
  const bool is_plain = is_valid_utf8(as_bytes(text)) && sio::decode_plain_event(text, {}, plain, ack);
  if (!packet) {
    require(!is_plain);
    return 0;
  }
  if (is_plain) {
    json::Scratch scratch;
    const auto event = sio::split_event(packet->payload, scratch);
    require(packet->type == sio::PacketType::event && packet->nsp == "/" && packet->id == ack);
    require(plain.name == event.name && plain.arguments == event.arguments && plain.payload == packet->payload);
    json::Cursor arguments(plain.arguments, {}, scratch);
    std::size_t count = 0;
    for (arguments.enter_elements(); arguments.next_element(); ++count) arguments.skip();
    require(plain.has_one == (count == 1));
  }
  Buffer out;
  sio::encode(out, *packet);
  require(sio::decode(out.text()).has_value() && *sio::decode(out.text()) == *packet);
  require(packet->payload.empty() || json::validate(packet->payload) == json::Fault::none);

  if (sio::is_event(packet->type) && !packet->payload.empty()) {
    json::Scratch scratch;
    const auto event = sio::split_event(packet->payload, scratch);
    require(!sio::is_reserved(event.name));
    require(json::validate("[" + std::string(event.arguments) + "]") == json::Fault::none);
    if (packet->payload.ends_with(']')) {
      sio::append_argument(out, "offset");
      const auto longer = sio::decode(out.text());
      require(longer && sio::split_event(longer->payload, scratch).name == event.name);
    }
  }
  if (sio::has_attachments(packet->type)) {
    sio::BinaryAssembler assembler(1000 + size);
    require(assembler.begin(*packet).has_value());
    for (std::uint32_t i = 0; i < packet->attachments; ++i)
      require(*assembler.add(as_bytes("bytes")) == (i + 1 == packet->attachments));
    require(assembler.packet() == *packet && assembler.attachments().size() == packet->attachments);
    const json::View view(packet->payload, assembler.attachments());
    for (json::View element : view.elements())
      if (element.is_binary()) require(element.binary().size() == 5);
  }
  return 0;
}
