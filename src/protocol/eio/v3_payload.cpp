// SPDX-License-Identifier: MIT
#include "protocol/eio/v3_payload.h"

#include <charconv>

#include "core/utf8.h"
#include "protocol/eio/base64.h"

namespace duplex::eio::v3 {
namespace {

constexpr std::size_t most_digits = 10;
constexpr char is_text = 0, is_bytes = 1, end_of_length = '\xff';

bool continues(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// How many bytes the first `units` code units of a text take; nothing if it is shorter, or they end inside a
/// character.
std::optional<std::size_t> bytes_of(std::string_view text, std::size_t units) noexcept {
  std::size_t at = 0;
  while (units > 0) {  // a unit is at least a byte: so many may be taken, and counted, at once
    if (units > text.size() - at) return std::nullopt;
    const std::size_t counted = utf16_units(text.substr(at, units));
    at += units;
    if (counted > units) return std::nullopt;
    units -= counted;
  }
  while (at < text.size() && continues(text[at])) ++at;
  return at;
}

/// A packet as it lies in its payload.
struct Slice {
  std::string_view text;
  bool is_bytes = false;
};

/// Takes the packet that begins at `position`, which moves behind it. Nothing if its length is bad.
std::optional<Slice> take(std::string_view payload, Form form, std::size_t& position) noexcept {
  std::string_view rest = payload.substr(position);
  Slice slice;
  if (form == Form::binary) {
    if (rest.front() != is_text && rest.front() != is_bytes) return std::nullopt;
    slice.is_bytes = rest.front() == is_bytes;
    rest.remove_prefix(1);
  }
  const char zero = form == Form::text ? '0' : '\0', end = form == Form::text ? ':' : end_of_length;
  std::size_t length = 0, digits = 0;
  for (; digits < rest.size() && rest[digits] != end; ++digits) {
    const auto digit = static_cast<unsigned char>(rest[digits] - zero);
    if (digit > 9 || digits == most_digits) return std::nullopt;
    length = length * 10 + digit;
  }
  if (digits == 0 || digits == rest.size()) return std::nullopt;
  rest.remove_prefix(digits + 1);
  const auto size = form == Form::text      ? bytes_of(rest, length)
                    : length <= rest.size() ? std::optional(length)
                                            : std::nullopt;
  if (!size) return std::nullopt;
  slice.text = rest.substr(0, *size);
  position = payload.size() - rest.size() + *size;
  return slice;
}

void append_number(Buffer& out, std::size_t value, Form form) {
  char digits[20];
  const std::string_view text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  if (form == Form::text) return out.append(text);
  for (const char digit : text) out.push_back(static_cast<std::byte>(digit - '0'));
}

std::size_t base64_size(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

}  // namespace

std::size_t utf16_units(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += static_cast<std::size_t>((byte & 0xC0) != 0x80) + static_cast<std::size_t>(byte >= 0xF0);
  }
  return units;
}

std::size_t count_packets(std::string_view payload, Form form) noexcept {
  std::size_t count = 0;
  for (std::size_t position = 0; position < payload.size();) {
    const auto slice = take(payload, form, position);
    if (!slice) break;
    if (!slice->text.empty()) ++count;
  }
  return count;
}

std::optional<Packet> PayloadReader::next() noexcept {
  if (failed_) return std::nullopt;
  if (payload_.empty()) {
    failed_ = form_ == Form::text;
    return std::nullopt;
  }
  while (position_ < payload_.size()) {
    std::size_t position = position_;
    const auto slice = take(payload_, form_, position);
    if (slice && slice->text.empty() && form_ == Form::text) {
      position_ = position;
      continue;
    }
    std::optional<Packet> packet;
    if (slice && slice->is_bytes)
      packet = decode_binary(as_bytes(slice->text));
    else if (slice && (form_ == Form::text || is_valid_utf8(as_bytes(slice->text))))
      packet = decode(slice->text);
    if (packet)
      position_ = position;
    else
      failed_ = true;
    return packet;
  }
  return std::nullopt;
}

void append_packet(Buffer& payload, const Packet& packet, Form form) {
  if (form == Form::binary && packet.encoding == Encoding::binary) {
    payload.push_back(is_bytes);
    append_number(payload, packet.data.size() + 1, form);
    payload.push_back(end_of_length);
    return encode_binary(payload, as_bytes(packet.data));
  }
  if (form == Form::binary) payload.push_back(is_text);
  const auto length = [form](std::string_view text) { return form == Form::text ? utf16_units(text) : text.size(); };
  const char end = form == Form::text ? ':' : end_of_length;
  switch (packet.encoding) {
    case Encoding::text:
      append_number(payload, 1 + length(packet.data), form);
      payload.push_back(end);
      return encode(payload, packet.type, packet.data);
    case Encoding::binary:
      append_number(payload, 2 + base64_size(packet.data.size()), form);
      payload.push_back(end);
      return encode_as_text(payload, as_bytes(packet.data));
    case Encoding::base64:
      append_number(payload, 2 + length(packet.data), form);  // whether it is base64 was not asked
      payload.push_back(end);
      payload.append("b4");
      payload.append(packet.data);
  }
}

}  // namespace duplex::eio::v3
