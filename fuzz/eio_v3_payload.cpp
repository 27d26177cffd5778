// SPDX-License-Identifier: MIT
// A payload of version 3, in either form (the first byte says which), gives the same packets in one go and in slices;
// made of them again, it gives them a third time.
#include <cstdlib>
#include <vector>

#include "core/utf8.h"
#include "protocol/eio/v3_payload.h"

using namespace duplex;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eio::v3;
  if (size == 0) return 0;
  const Form form = (data[0] & 1) == 0 ? Form::text : Form::binary;
  const std::string_view payload = as_text(std::as_bytes(std::span(data + 1, size - 1)));
  if (form == Form::text && !is_valid_utf8(as_bytes(payload))) return 0;

  PayloadReader whole(payload, form);
  Buffer again;
  std::size_t packets = 0, position = 0;
  for (;; ++packets) {
    const auto packet = whole.next();
    PayloadReader slice(payload, form, position);
    if (slice.next() != packet || slice.failed() != whole.failed()) std::abort();
    if (!packet) break;
    if (slice.position() <= position) std::abort();
    position = slice.position();
    append_packet(again, *packet, form);
  }
  if (packets > count_packets(payload, form)) std::abort();
  if (!whole.failed() && (packets != count_packets(payload, form) || position > payload.size())) std::abort();

  PayloadReader first(payload, form), second(again.text(), form);
  for (std::size_t i = 0; i < packets; ++i)
    if (first.next() != second.next()) std::abort();
  if (packets > 0 && (second.next() || second.failed())) std::abort();
  return 0;
}
