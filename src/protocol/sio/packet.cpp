// SPDX-License-Identifier: MIT
#include "protocol/sio/packet.h"

#include <algorithm>

#include "core/utf8.h"
#include "protocol/json/placeholders.h"
#include "protocol/json/validate.h"
#include "protocol/sio/event.h"

namespace duplex::sio {
namespace {

constexpr std::uint64_t largest_id = (std::uint64_t{1} << 53) - 1;  // JavaScript's Number.MAX_SAFE_INTEGER

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes the digits at the front of `text`, at most 16 of them. Nothing if there are more, or none.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
  std::uint64_t value = 0;
  std::size_t n = 0;
  for (; n < text.size() && is_digit(text[n]); ++n) {
    if (n == 16) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(text[n] - '0');
  }
  if (n == 0) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

bool is_namespace(std::string_view nsp, std::size_t longest) noexcept {
  const auto allowed = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '?' && c != '\x7f'; };
  return nsp.size() <= longest && std::all_of(nsp.begin(), nsp.end(), allowed) && nsp.find("..") == nsp.npos;
}

/// Does a payload that is there suit its type, by its first character? The rest shows when it is validated.
bool suits(PacketType type, char first) noexcept {
  switch (type) {
    case PacketType::connect:
      return first == '{';
    case PacketType::disconnect:
      return false;
    case PacketType::connect_error:
      return first == '{' || first == '"';
    default:
      return first == '[';
  }
}

// These two are steps of `decode`, once a packet: GCC would call them, because `check` has a use for them too.

/// Of valid JSON: does it fit the packet's type, and is the event's name one that may be used?
[[gnu::always_inline]] inline std::optional<Errc> check_meaning(const Packet& packet) noexcept {
  if (!suits(packet.type, packet.payload.front())) return Errc::wrong_payload;
  if (is_event(packet.type)) {
    if (!has_event_name(packet.payload)) return Errc::wrong_payload;
    if (has_reserved_name(packet.payload)) return Errc::reserved_event;
  }
  return std::nullopt;
}

[[gnu::always_inline]] inline std::optional<Errc> check_payload(const Packet& packet,
                                                                const DecodeOptions& options) noexcept {
  switch (json::validate(packet.payload, {options.max_depth, true})) {
    case json::Fault::none:
      break;
    case json::Fault::too_deep:
      return Errc::too_deep;
    case json::Fault::not_utf8:
      return Errc::not_utf8;
    case json::Fault::syntax:
      return Errc::not_json;
  }
  if (const auto error = check_meaning(packet)) return error;
  if (packet.attachments != 0 && !json::placeholders_in_range(packet.payload, packet.attachments))
    return Errc::bad_placeholder;
  return std::nullopt;
}

}  // namespace

Result<Packet> decode(std::string_view text, const DecodeOptions& options) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return make_error_code(Errc::unknown_type);
  if (!options.utf8_known && !is_valid_utf8(as_bytes(text))) return make_error_code(Errc::not_utf8);
  Packet packet;
  packet.type = static_cast<PacketType>(text.front() - '0');
  text.remove_prefix(1);

  if (has_attachments(packet.type)) {
    const auto n = take_number(text);
    if (!n || *n == 0 || !text.starts_with('-')) return make_error_code(Errc::bad_attachment_count);
    if (*n > options.max_attachments) return make_error_code(Errc::too_many_attachments);
    packet.attachments = static_cast<std::uint32_t>(*n);
    text.remove_prefix(1);
  }

  if (text.starts_with('/')) {
    const auto comma = std::min(text.find(','), text.size());  // absent: `40/custom`
    packet.nsp = text.substr(0, comma);
    if (!is_namespace(packet.nsp, options.max_namespace)) return make_error_code(Errc::bad_namespace);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }

  if (!text.empty() && is_digit(text.front())) {
    packet.id = take_number(text);
    if (!packet.id || *packet.id > largest_id) return make_error_code(Errc::bad_ack_id);
  }

  packet.payload = text;
  if (!text.empty())
    if (const auto error = check_payload(packet, options)) return make_error_code(*error);
  return packet;
}

bool decode_plain_event(std::string_view text, const DecodeOptions& options, EventParts& event,
                        std::optional<std::uint64_t>& ack) noexcept {
  if (text.size() < 2 || text[0] != '2') return false;
  text.remove_prefix(1);
  if (text[0] != '[') {
    if (!is_digit(text[0])) return false;
    ack = take_number(text);
    if (!ack || *ack > largest_id || !text.starts_with('[')) return false;
  }
  if (json::validate(text, {options.max_depth, true}, event) != json::Fault::none) return false;
  if (event.name.data() == nullptr || is_reserved(event.name)) return false;
  event.payload = text;
  return true;
}

std::optional<Errc> check(const Packet& packet, const DecodeOptions& options, bool json_known) noexcept {
  if (packet.type > PacketType::binary_ack) return Errc::unknown_type;
  if (!packet.nsp.starts_with('/') || !is_namespace(packet.nsp, options.max_namespace)) return Errc::bad_namespace;
  if (packet.id > largest_id) return Errc::bad_ack_id;
  if (packet.payload.empty())
    return packet.type == PacketType::connect || packet.type == PacketType::disconnect
               ? std::nullopt
               : std::optional(Errc::wrong_payload);
  if (json_known) return check_meaning(packet);
  return is_valid_utf8(as_bytes(packet.payload)) ? check_payload(packet, options) : Errc::not_utf8;
}

}  // namespace duplex::sio
