// SPDX-License-Identifier: MIT
#pragma once
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace duplex::bench {

/// The sizes of a chat message, of a page's state and of a file's piece, in bytes.
inline constexpr std::int64_t sizes[] = {20, 1024, 65536};

inline std::string ascii(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "the quick brown fox jumps over the lazy dog ";
  text.resize(bytes);
  return text;
}

/// Three bytes a character; what is left at the end is ASCII.
inline std::string cjk(std::size_t bytes) {
  constexpr std::string_view sample = "敏捷的棕色狐狸跳過了懶狗這是一段測試文字";
  std::string text;
  while (text.size() + 3 <= bytes) text += sample.substr(text.size() % sample.size(), 3);
  text.resize(bytes, '.');
  return text;
}

/// A list of small objects, at least so many bytes long. Lists of different seeds differ as messages of one kind do.
inline std::string json_list(std::size_t bytes, int seed = 0) {
  std::string text = "[";
  for (int i = seed; text.size() + 1 < bytes; ++i) {
    if (i != seed) text += ',';
    text += R"({"id":)" + std::to_string(1000 + i * 37) + R"(,"user":"anna)" + std::to_string(i % 17) +
            R"(","price":)" + std::to_string(i * 3 % 100) + "." + std::to_string(i * 7 % 90 + 10) +
            R"(,"tags":["new","hot"],"open":true})";
  }
  return text + "]";
}

/// A client's frame with a masking key of zero: unmasking costs what it always costs and leaves the bytes as they are,
/// so that the same bytes can be decoded over and over.
inline std::string masked_frame(std::string_view payload, unsigned opcode = 1) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const auto put = [&frame](std::uint64_t value, int bytes) {
    while (bytes-- > 0) frame += static_cast<char>(value >> (8 * bytes) & 0xff);
  };
  if (payload.size() < 126) {
    put(0x80 | payload.size(), 1);
  } else if (payload.size() < 65536) {
    put(0x80 | 126, 1);
    put(payload.size(), 2);
  } else {
    put(0x80 | 127, 1);
    put(payload.size(), 8);
  }
  return frame.append(4, '\0').append(payload);
}

inline Bytes writable(std::string& text) noexcept { return std::as_writable_bytes(std::span(text)); }

/// So many messages were handled in each iteration.
inline void count_items(benchmark::State& state, std::size_t each) {
  state.SetItemsProcessed(static_cast<std::int64_t>(each) * state.iterations());
}
inline void count_bytes(benchmark::State& state, std::size_t each) {
  state.SetBytesProcessed(static_cast<std::int64_t>(each) * state.iterations());
}

}  // namespace duplex::bench
