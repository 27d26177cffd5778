// SPDX-License-Identifier: MIT
// A payload read in one go and in slices gives the same packets; one that is good is made of them again.
#include <cstdlib>

#include "protocol/eio/payload.h"

using namespace duplex;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  eio::PayloadReader whole(text);
  Buffer again;
  std::size_t packets = 0, position = 0;
  for (;; ++packets) {
    const auto packet = whole.next();
    eio::PayloadReader slice(text, position);
    if (slice.next() != packet || slice.failed() != whole.failed()) std::abort();
    position = slice.position();
    if (!packet) break;
    const std::size_t before = again.size();
    eio::append_packet(again, *packet);
    if (before != 0 && again.size() - before != eio::appended_size(*packet)) std::abort();
  }
  if (packets > eio::count_packets(text)) std::abort();
  if (!whole.failed() && (packets != eio::count_packets(text) || again.text() != text)) std::abort();
  return 0;
}
