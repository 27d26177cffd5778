// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/ws/message_decoder.h"
#include "protocol/ws/message_encoder.h"
#include "support/hex.h"

namespace duplex::testing {

/// What a decoder said, kept: everything it delivered and the error it ended with.
struct Decoded {
  struct Item {
    ws::Incoming::Kind kind;
    std::string payload;
    std::uint16_t close_code = 1005;
    friend bool operator==(const Item&, const Item&) = default;
  };
  std::vector<Item> items;
  std::optional<ws::Errc> error;
  friend bool operator==(const Decoded&, const Decoded&) = default;

  friend std::ostream& operator<<(std::ostream& out, const Decoded& d) {
    for (const Item& i : d.items) out << int(i.kind) << ':' << i.payload.substr(0, 40) << '/' << i.close_code << ' ';
    return out << (d.error ? ws::name_of(*d.error) : "no error");
  }
};

inline Decoded::Item text(std::string_view s) { return {ws::Incoming::text, std::string(s)}; }
inline Decoded::Item binary(std::string_view s) { return {ws::Incoming::binary, std::string(s)}; }
inline Decoded::Item ping(std::string_view s) { return {ws::Incoming::ping, std::string(s)}; }
inline Decoded::Item pong(std::string_view s) { return {ws::Incoming::pong, std::string(s)}; }
inline Decoded::Item closing(std::uint16_t code, std::string_view reason = {}) {
  std::string payload;
  if (code != 1005) payload = {static_cast<char>(code >> 8), static_cast<char>(code & 255)};
  return {ws::Incoming::close, payload + std::string(reason), code};
}

inline void collect(ws::MessageDecoder& decoder, Decoded& into) {
  while (auto incoming = decoder.next()) {
    into.items.push_back({incoming->kind, std::string(as_text(incoming->payload)), incoming->close_frame.code});
  }
  into.error = decoder.error();
}

inline const ws::DecoderLimits default_limits;

/// Feeds the pieces one after another, each to a decoder that goes on where the one before was suspended.
inline Decoded decode(std::vector<std::vector<std::byte>> pieces, ws::Role role = ws::Role::server,
                      const ws::DecoderLimits& limits = default_limits, const ws::DeflateAgreement* deflate = nullptr) {
  ws::UnfinishedMessage unfinished;
  Decoded decoded;
  for (auto& piece : pieces) {
    ws::MessageDecoder decoder(role, limits, std::move(unfinished));
    if (deflate != nullptr) decoder.enable_deflate(*deflate);
    decoder.feed(piece);
    collect(decoder, decoded);
    if (decoder.error() || decoder.closed()) break;
    unfinished = decoder.suspend();
  }
  return decoded;
}

/// Checks one case whole, byte by byte, and cut in two at every offset.
inline void expect(const std::vector<std::byte>& bytes, const Decoded& expected, ws::Role role = ws::Role::server,
                   const ws::DecoderLimits& limits = default_limits, const ws::DeflateAgreement* deflate = nullptr) {
  for_each_split(bytes, [&](const auto& pieces) {
    CAPTURE(pieces.size());
    CAPTURE(pieces[0].size());
    REQUIRE(decode(pieces, role, limits, deflate) == expected);
  });
}

inline std::vector<std::byte> to_vector(const Buffer& buffer) { return {buffer.bytes().begin(), buffer.bytes().end()}; }

/// A client's frame, masked with a key that is easy to see.
inline constexpr ws::MaskKey test_key = 0x0d0c0b0a;
struct FrameOptions {
  bool fin = true;
  std::uint8_t rsv = 0;
};
inline void append_frame(std::vector<std::byte>& to, ws::Opcode opcode, ConstBytes payload, FrameOptions options = {}) {
  Buffer out;
  ws::encode_frame(out, {.fin = options.fin, .rsv = options.rsv, .opcode = opcode, .mask = test_key}, payload);
  to.insert(to.end(), out.bytes().begin(), out.bytes().end());
}
inline std::vector<std::byte> frame(ws::Opcode opcode, std::string_view payload, FrameOptions options = {}) {
  std::vector<std::byte> out;
  append_frame(out, opcode, as_bytes(payload), options);
  return out;
}
inline std::vector<std::byte> operator+(std::vector<std::byte> a, const std::vector<std::byte>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace duplex::testing
