// SPDX-License-Identifier: MIT
#include "conformance/wire.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace conformance {
namespace {

std::uint32_t random_mask() {
  thread_local std::minstd_rand random(std::random_device{}());
  return static_cast<std::uint32_t>(random()) ^ static_cast<std::uint32_t>(random()) << 16;
}

void append_be(std::string& out, std::uint64_t value, int octets) {
  while (octets-- > 0) out += static_cast<char>(value >> (8 * octets));
}

std::uint64_t load_be(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

void encode(std::string& out, const Frame& frame) {
  out += static_cast<char>((frame.fin ? 0x80 : 0) | frame.rsv << 4 | frame.opcode);
  auto size = frame.payload.size();
  if (size < 126) {
    out += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    out += static_cast<char>(0x80 | 126);
    append_be(out, size, 2);
  } else {
    out += static_cast<char>(0x80 | 127);
    append_be(out, size, 8);
  }
  std::string key;
  append_be(key, random_mask(), 4);
  out += key;
  auto start = out.size();
  out += frame.payload;
  for (std::size_t i = 0; i < size; ++i) out[start + i] = static_cast<char>(out[start + i] ^ key[i % 4]);
}

std::string encode(const Frame& frame) {
  std::string out;
  encode(out, frame);
  return out;
}

std::vector<Frame> fragments(std::uint8_t opcode, std::string_view payload, std::size_t size) {
  if (payload.size() <= size) return {{opcode, std::string(payload)}};
  std::vector<Frame> frames;
  bool evenly = payload.size() % size == 0;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    frames.push_back({opcode, std::string(payload.substr(at, size)), false});
    opcode = continuation;
  }
  if (evenly) frames.push_back({continuation, "", false});
  frames.back().fin = true;
  return frames;
}

std::string close_payload(int code, std::string_view reason) {
  std::string payload;
  append_be(payload, static_cast<std::uint64_t>(code), 2);
  return payload.append(reason);
}

// RFC 3629 §4, as ranges of the second octet.
bool is_utf8(std::string_view bytes) {
  auto octet = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
  for (std::size_t i = 0; i < bytes.size();) {
    auto lead = octet(i);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0) return false;
    if (length > 1) {
      unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (octet(i + 1) < low || octet(i + 1) > high) return false;
      for (std::size_t k = 2; k < length; ++k) {
        if ((octet(i + k) & 0xC0) != 0x80) return false;
      }
    }
    i += length;
  }
  return true;
}

std::optional<Frame> FrameReader::refuse(std::string why) {
  error_ = std::move(why);
  return std::nullopt;
}

std::optional<Frame> FrameReader::next() {
  if (!error_.empty()) return std::nullopt;
  if (at_ > input_.size() / 2) {
    input_.erase(0, at_);
    at_ = 0;
  }
  std::string_view rest = std::string_view(input_).substr(at_);
  if (rest.size() < 2) return std::nullopt;
  auto first = static_cast<unsigned char>(rest[0]), second = static_cast<unsigned char>(rest[1]);
  Frame frame{static_cast<std::uint8_t>(first & 15), {}, (first & 128) != 0, static_cast<std::uint8_t>(first >> 4 & 7)};
  bool is_control = frame.opcode >= 8;
  if (second & 128) return refuse("the server masked a frame");
  if (frame.opcode > pong || (frame.opcode > binary && frame.opcode < close)) {
    return refuse("the server used reserved opcode " + std::to_string(frame.opcode));
  }
  bool may_compress = deflate_agreed_ && (frame.opcode == text || frame.opcode == binary);
  if (frame.rsv != 0 && !(may_compress && frame.rsv == 4)) return refuse("the server set a reserved bit");

  std::size_t header = 2;
  std::uint64_t length = second & 127;
  if (is_control && (length > 125 || !frame.fin)) return refuse("the server sent a long or fragmented control frame");
  if (length >= 126) {
    header += length == 126 ? 2 : 8;
    if (rest.size() < header) return std::nullopt;
    length = load_be(rest.substr(2, header - 2));
    if (length < (header == 4 ? 126U : 65536U)) return refuse("the server wrote a length that is not minimal");
    if (length > (1U << 30)) return refuse("the server announced a frame of more than 1 GiB");
  }
  if (!is_control) {
    if ((frame.opcode == continuation) != in_message_) return refuse("the server's fragments are out of order");
    if (rest.size() - header < length) return std::nullopt;
    in_message_ = !frame.fin;
  }
  if (rest.size() - header < length) return std::nullopt;
  frame.payload = rest.substr(header, static_cast<std::size_t>(length));
  at_ += header + static_cast<std::size_t>(length);
  if (frame.opcode == close) {
    if (frame.payload.size() == 1) return refuse("the server sent a Close with one octet");
    if (frame.payload.size() > 2 && !is_utf8(std::string_view(frame.payload).substr(2))) {
      return refuse("the server's close reason is not UTF-8");
    }
  }
  return frame;
}

}  // namespace conformance
