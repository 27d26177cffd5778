// SPDX-License-Identifier: MIT
// A packet that decodes encodes to the same bytes; base64 that decodes encodes to the same text, padding aside.
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/eio/base64.h"
#include "protocol/eio/packet.h"

using namespace duplex;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  const auto packet = eio::decode(text);
  if (!packet) return 0;
  if (packet->encoding == eio::Encoding::text) {
    Buffer out;
    eio::encode(out, packet->type, packet->data);
    if (out.text() != text) std::abort();
    return 0;
  }
  std::vector<std::byte> bytes(packet->data.size() / 4 * 3 + 3);
  const auto n = eio::decode_base64(bytes.data(), packet->data);
  std::string in_place(packet->data);
  if (eio::decode_base64(reinterpret_cast<std::byte*>(in_place.data()), in_place) != n) std::abort();
  if (!n) return 0;
  Buffer again;
  eio::encode_base64(again, {bytes.data(), *n});
  std::vector<std::byte> twice(bytes.size());
  if (eio::decode_base64(twice.data(), again.text()) != n) std::abort();
  if (!std::equal(twice.begin(), twice.begin() + static_cast<std::ptrdiff_t>(*n), bytes.begin())) std::abort();
  return 0;
}
