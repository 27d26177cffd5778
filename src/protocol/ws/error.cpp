// SPDX-License-Identifier: MIT
#include "protocol/ws/error.h"

#include <array>
#include <string>

namespace duplex::ws {
namespace {

struct Row {
  Errc errc;
  std::string_view text;
  std::string_view name;
  std::uint16_t close_code;
};

constexpr std::array table = {
    Row{Errc::ok, "ok", "WS_OK", 1000},
    Row{Errc::unmasked_frame, "a frame from a client is not masked", "WS_UNMASKED_FRAME", 1002},
    Row{Errc::masked_frame, "a frame from a server is masked", "WS_MASKED_FRAME", 1002},
    Row{Errc::reserved_bits, "a reserved bit is set that no extension gives a meaning", "WS_RESERVED_BITS", 1002},
    Row{Errc::reserved_opcode, "the opcode is reserved", "WS_RESERVED_OPCODE", 1002},
    Row{Errc::unexpected_continuation, "a continuation frame, but no message is open", "WS_UNEXPECTED_CONTINUATION",
        1002},
    Row{Errc::unfinished_message, "a new message inside an unfinished one", "WS_UNFINISHED_MESSAGE", 1002},
    Row{Errc::fragmented_control, "a control frame is fragmented", "WS_FRAGMENTED_CONTROL", 1002},
    Row{Errc::control_frame_too_long, "a control frame is longer than 125 bytes", "WS_CONTROL_FRAME_TOO_LONG", 1002},
    Row{Errc::length_not_minimal, "a length is not in its shortest form", "WS_LENGTH_NOT_MINIMAL", 1002},
    Row{Errc::length_out_of_range, "a 64-bit length has its top bit set", "WS_LENGTH_OUT_OF_RANGE", 1002},
    Row{Errc::message_too_big, "the message is longer than max_message", "WS_MESSAGE_TOO_BIG", 1009},
    Row{Errc::too_many_fragments, "the message has more frames than max_fragments", "WS_TOO_MANY_FRAGMENTS", 1008},
    Row{Errc::too_many_empty_fragments, "too many empty frames in a row", "WS_TOO_MANY_EMPTY_FRAGMENTS", 1008},
    Row{Errc::invalid_utf8, "a text message is not UTF-8", "WS_INVALID_UTF8", 1007},
    Row{Errc::invalid_close_payload, "a close frame has a payload of one byte", "WS_INVALID_CLOSE_PAYLOAD", 1002},
    Row{Errc::invalid_close_code, "a close frame has a code that may not be sent", "WS_INVALID_CLOSE_CODE", 1002},
    Row{Errc::invalid_close_reason, "the reason of a close frame is not UTF-8", "WS_INVALID_CLOSE_REASON", 1007},
    Row{Errc::invalid_deflate, "a compressed message cannot be inflated", "WS_INVALID_DEFLATE", 1007},
    Row{Errc::inflate_budget_exhausted, "too much is being inflated at once", "WS_INFLATE_BUDGET_EXHAUSTED", 1013},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].errc) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table is indexed by the error");

const Row& row(Errc e) noexcept {
  return table[static_cast<std::size_t>(e) < table.size() ? static_cast<std::size_t>(e) : 0];
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "websocket"; }
  std::string message(int value) const override { return std::string(text_of(static_cast<Errc>(value))); }
};

}  // namespace

std::string_view text_of(Errc e) noexcept { return row(e).text; }
std::string_view name_of(Errc e) noexcept { return row(e).name; }
std::uint16_t close_code_for(Errc e) noexcept { return row(e).close_code; }

const std::error_category& category() noexcept {
  static const Category the_category;
  return the_category;
}

}  // namespace duplex::ws
