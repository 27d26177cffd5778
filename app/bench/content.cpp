// SPDX-License-Identifier: MIT
#include "app/bench/content.h"

#include <string_view>

namespace duplex::bench {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char letter(std::size_t n) { return letters[n % letters.size()]; }

std::string ascii(std::size_t size, unsigned variant) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = letter(variant + i * 7);
  return text;
}

/// Ideographs from U+4E00 on; one or two letters first where the size is no multiple of three.
std::string cjk(std::size_t size, unsigned variant) {
  std::string text;
  text.reserve(size);
  while ((size - text.size()) % 3 != 0) text += letter(variant);
  for (std::size_t i = 0; text.size() < size; ++i) {
    const unsigned code = 0x4e00 + static_cast<unsigned>((variant + i * 37) % 0x5000);
    text += static_cast<char>(0xe0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
  return text;
}

/// All byte values, in an order that compresses badly.
std::string binary(std::size_t size, unsigned variant) {
  std::string bytes(size, '\0');
  std::uint64_t state = 0x9e3779b97f4a7c15u;
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    bytes[i] = static_cast<char>(state >> 56);
  }
  if (size > 0) bytes[0] = static_cast<char>(variant);
  return bytes;
}

/// {"id":07,"rows":[{…},{…}],"pad":"…"} as an application would send: repeated names, numbers that differ.
std::string json(std::size_t size, unsigned variant) {
  const std::string id = std::to_string(100 + variant % 900);
  std::string text = "{\"id\":" + id + ",\"rows\":[";
  const std::string_view tail = "],\"pad\":\"";
  for (unsigned row = 0;; ++row) {
    std::string next = row == 0 ? "" : ",";
    next += "{\"user\":\"" + ascii(6, variant + row) +
            "\",\"x\":" + std::to_string(1000 + (row * 7919 + variant) % 9000) + ",\"ok\":true}";
    if (text.size() + next.size() + tail.size() + 2 > size) break;
    text += next;
  }
  if (text.size() + tail.size() + 2 > size) {  // too short for rows
    text = "{\"id\":" + id + ",\"pad\":\"";
  } else {
    text += tail;
  }
  text += ascii(size - text.size() - 2, variant);
  return text + "\"}";
}

}  // namespace

std::string make_content(Content content, std::size_t size, unsigned variant) {
  switch (content) {
    case Content::ascii:
      return ascii(size, variant);
    case Content::cjk:
      return cjk(size, variant);
    case Content::binary:
      return binary(size, variant);
    case Content::json:
      return json(size, variant);
  }
  return {};
}

std::string tagged_content(Content content, std::size_t size, unsigned variant, const std::string& tag) {
  const std::size_t more = smallest(content, true) - smallest(content);
  const std::string rest = make_content(content, size - more, variant);
  return content == Content::json ? "{\"by\":\"" + tag + "\"," + rest.substr(1) : tag + rest;
}

}  // namespace duplex::bench
