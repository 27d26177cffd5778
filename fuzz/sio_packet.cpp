// SPDX-License-Identifier: MIT
// A packet that decodes encodes to one that decodes alike, and its attachments can be collected.
#include <cstdlib>

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
  if (!packet) return 0;
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
