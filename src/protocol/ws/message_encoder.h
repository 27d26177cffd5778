// SPDX-License-Identifier: MIT
#pragma once
#include "protocol/ws/close_code.h"
#include "protocol/ws/frame.h"

namespace duplex::ws {

/// Whole frames, appended. A server passes no key; a client passes a fresh unpredictable one for every frame
/// (RFC 6455 section 5.3), and the copy is masked on the way.
///
///     encode(outbox, Opcode::text, as_bytes("hello"));
///     encode(outbox, Opcode::text, as_bytes("hello"), random_key());
void encode(Buffer& out, Opcode opcode, ConstBytes payload, std::optional<MaskKey> key = {});
/// One frame with every bit of its header given: fragments, RSV1. `header.length` is taken from the payload.
void encode_frame(Buffer& out, FrameHeader header, ConstBytes payload);

/// Ping and pong carry at most 125 bytes; a longer payload is cut.
void encode_ping(Buffer& out, ConstBytes payload, std::optional<MaskKey> key = {});
void encode_pong(Buffer& out, ConstBytes payload, std::optional<MaskKey> key = {});
/// 1005 and any other code that may not be sent make a close frame without a code. The reason is trimmed to 123 bytes.
void encode_close(Buffer& out, std::uint16_t code, std::string_view reason = {}, std::optional<MaskKey> key = {});

/// The unmasked header alone, for `sendmsg(header + payload)`.
HeaderBytes encode_header(Opcode opcode, std::uint64_t length, bool compressed = false) noexcept;

/// Writes one whole unmasked frame to `to`, which has room for `frame_size(payload.size(), false)` bytes: the frame
/// that a fan-out shares between all its subscribers. Returns the first byte after it.
std::byte* write_frame(std::byte* to, Opcode opcode, ConstBytes payload, bool compressed = false) noexcept;

}  // namespace duplex::ws
