// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>
#include <system_error>

namespace duplex::ws {

/// What can be wrong with the bytes of a WebSocket peer. Each value has a text, a stable code and the close code that
/// the peer hears (RFC 6455 section 7.4.1), and an anchor in docs/errors.md.
enum class Errc : std::uint8_t {
  ok,
  unmasked_frame,            ///< a client must mask (5.1)
  masked_frame,              ///< a server must not mask (5.1)
  reserved_bits,             ///< RSV1-3 without an extension that gives them a meaning (5.2)
  reserved_opcode,           ///< opcodes 3-7 and 11-15 (5.2)
  unexpected_continuation,   ///< a continuation frame with no message open (5.4)
  unfinished_message,        ///< a new text or binary frame inside a fragmented message (5.4)
  fragmented_control,        ///< a control frame without FIN (5.5)
  control_frame_too_long,    ///< a control frame of more than 125 bytes (5.5)
  length_not_minimal,        ///< a length in a longer form than it needs (5.2)
  length_out_of_range,       ///< a 64-bit length with its top bit set (5.2)
  message_too_big,           ///< more than `max_message` bytes, after inflation
  too_many_fragments,        ///< more than `max_fragments` in one message
  too_many_empty_fragments,  ///< more than `max_empty_fragments` in a row
  invalid_utf8,              ///< text that is not UTF-8 (8.1)
  invalid_close_payload,     ///< a close frame of one byte (5.5.1)
  invalid_close_code,        ///< a close code that may not be sent (7.4)
  invalid_close_reason,      ///< a close reason that is not UTF-8 (5.5.1)
  invalid_deflate,           ///< compressed data that cannot be inflated (RFC 7692 section 7)
  inflate_budget_exhausted,  ///< this process inflates too much at once; the peer may try again later
};

/// One sentence for a log.
std::string_view text_of(Errc e) noexcept;
/// A stable name for programs: "WS_INVALID_UTF8".
std::string_view name_of(Errc e) noexcept;
/// What the peer hears in our close frame: 1002, 1007, 1008, 1009 or 1013.
std::uint16_t close_code_for(Errc e) noexcept;

const std::error_category& category() noexcept;
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace duplex::ws

template <>
struct std::is_error_code_enum<duplex::ws::Errc> : std::true_type {};
