// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/ws/deflate_contexts.h"
#include "protocol/ws/message_decoder.h"

namespace duplex::fuzz {

/// Everything a decoder said, in order; equal however the bytes were cut.
inline std::string decode(const std::vector<std::byte>& input, std::size_t step, ws::Role role,
                          const ws::DecoderLimits& limits, const ws::DeflateAgreement* agreed) {
  std::string said;
  ws::MessageDecoder decoder(role, limits);
  if (agreed != nullptr) decoder.enable_deflate(*agreed);
  for (std::size_t at = 0; at < input.size(); at += step) {
    // A copy of its own for every piece: a view that outlives its read is found by the sanitizer.
    const auto from = input.begin() + static_cast<std::ptrdiff_t>(at);
    std::vector<std::byte> piece(from, from + static_cast<std::ptrdiff_t>(std::min(step, input.size() - at)));
    decoder.feed(piece);
    while (const auto incoming = decoder.next()) {
      said += static_cast<char>('a' + incoming->kind);
      said += std::to_string(incoming->payload.size()) + ':';
      said += as_text(incoming->payload);
      if (incoming->kind == ws::Incoming::close) said += std::to_string(incoming->close_frame.code);
      if (incoming->payload.size() > limits.max_message) std::abort();
    }
    if (!decoder.unread().empty()) std::abort();
    if (decoder.buffered() > 2 * limits.max_message + 128_KiB) std::abort();
    if (decoder.error()) return said + std::string(ws::name_of(*decoder.error()));
  }
  return said + (decoder.mid_message() ? '~' : '.');
}

/// The first byte chooses the options, the rest is what the peer sends: it must mean the same whole and in pieces.
inline int fuzz_frames(const std::uint8_t* data, std::size_t size, ws::Role role) {
  if (size == 0) return 0;
  const unsigned options = data[0];
  std::vector<std::byte> input(size - 1);
  for (std::size_t i = 1; i < size; ++i) input[i - 1] = static_cast<std::byte>(data[i]);

  ws::InflateBudget budget(1_MiB);
  ws::DeflateContexts contexts(&budget);
  const ws::DecoderLimits limits{.max_message = (options & 1) != 0 ? 1000u : 20'000u,
                                 .max_fragments = 20,
                                 .max_empty_fragments = 4,
                                 .deflate = &contexts};
  // 15 bits: a narrower window that the peer does not keep to is noticed or not, as the pieces fall.
  const bool no_takeover = (options & 4) != 0;
  const ws::DeflateAgreement agreed{.server_no_context_takeover = no_takeover,
                                    .client_no_context_takeover = no_takeover};
  const ws::DeflateAgreement* deflate = (options & 2) != 0 ? &agreed : nullptr;

  const std::string whole = decode(input, input.size() + 1, role, limits, deflate);
  for (std::size_t step : {std::size_t{1}, std::size_t{2} + (options >> 3)}) {
    if (decode(input, step, role, limits, deflate) != whole) std::abort();
  }
  if (budget.used() != 0) std::abort();
  return 0;
}

}  // namespace duplex::fuzz
