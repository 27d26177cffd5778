// SPDX-License-Identifier: MIT
#include "protocol/ws/message_encoder.h"

#include <algorithm>

namespace duplex::ws {
namespace {

std::byte* write_payload(std::byte* to, ConstBytes payload, std::optional<MaskKey> key) noexcept {
  if (payload.empty()) return to;  // its pointer may be null
  if (key)
    copy_masked(to, payload, *key);
  else
    std::memcpy(to, payload.data(), payload.size());
  return to + payload.size();
}

}  // namespace

void encode_frame(Buffer& out, FrameHeader header, ConstBytes payload) {
  header.length = payload.size();
  const std::size_t size = frame_size(payload.size(), header.mask.has_value());
  write_payload(write_header(out.prepare(size), header), payload, header.mask);
  out.commit(size);
}

void encode(Buffer& out, Opcode opcode, ConstBytes payload, std::optional<MaskKey> key) {
  encode_frame(out, {.opcode = opcode, .mask = key}, payload);
}

void encode_ping(Buffer& out, ConstBytes payload, std::optional<MaskKey> key) {
  encode(out, Opcode::ping, payload.first(std::min(payload.size(), max_control_payload)), key);
}

void encode_pong(Buffer& out, ConstBytes payload, std::optional<MaskKey> key) {
  encode(out, Opcode::pong, payload.first(std::min(payload.size(), max_control_payload)), key);
}

void encode_close(Buffer& out, std::uint16_t code, std::string_view reason, std::optional<MaskKey> key) {
  if (!is_valid_close_code(code)) return encode(out, Opcode::close, {}, key);
  reason = trimmed_close_reason(reason);
  std::array<std::byte, max_control_payload> payload;
  store_be16(payload.data(), code);
  std::copy_n(as_bytes(reason).data(), reason.size(), payload.data() + 2);
  encode(out, Opcode::close, ConstBytes(payload).first(2 + reason.size()), key);
}

HeaderBytes encode_header(Opcode opcode, std::uint64_t length, bool compressed) noexcept {
  HeaderBytes out;
  const std::uint8_t first = first_byte(true, compressed ? rsv_compressed : 0, opcode);
  const std::byte* const end = write_unkeyed_header(out.bytes.data(), first, length, false);
  out.size = static_cast<std::uint8_t>(end - out.bytes.data());
  return out;
}

std::byte* write_frame(std::byte* to, Opcode opcode, ConstBytes payload, bool compressed) noexcept {
  const std::uint8_t first = first_byte(true, compressed ? rsv_compressed : 0, opcode);
  return write_payload(write_unkeyed_header(to, first, payload.size(), false), payload, std::nullopt);
}

}  // namespace duplex::ws
