// SPDX-License-Identifier: MIT
// Reads payloads of Engine.IO 3 for eio_v3_parser_differential.mjs: "text" or "binary" and a hexadecimal payload a line
// in, a line of JSON out: the packets, whether it failed, and the packets written again.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <duplex/json.h>

#include "core/utf8.h"
#include "protocol/eio/base64.h"
#include "protocol/eio/v3_payload.h"

namespace {

using namespace duplex;

struct Shown {
  int type = 0;
  bool bytes = false;
  std::string data;  // hexadecimal
  friend void duplex_fields(json::Fields& f, Shown& s) { f("type", s.type)("bytes", s.bytes)("data", s.data); }
};

std::string hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

/// False if it is base64 that is none.
bool show(const eio::Packet& packet, std::vector<Shown>& out) {
  std::string data(packet.data);
  if (packet.encoding == eio::Encoding::base64) {
    const auto size = eio::decode_base64(reinterpret_cast<std::byte*>(data.data()), packet.data);
    if (!size) return false;
    data.resize(*size);
  }
  out.push_back({static_cast<int>(packet.type), packet.encoding != eio::Encoding::text, hex(data)});
  return true;
}

}  // namespace

int main() {
  using eio::v3::Form;
  for (std::string line; std::getline(std::cin, line);) {
    const Form form = line.starts_with("text") ? Form::text : Form::binary;
    const std::string payload = unhex(std::string_view(line).substr(line.find(' ') + 1));
    std::vector<Shown> packets;
    bool failed = form == Form::text && !is_valid_utf8(as_bytes(std::string_view(payload)));
    eio::v3::PayloadReader reader(payload, form);
    Buffer again;
    while (!failed) {
      const auto packet = reader.next();
      if (!packet) break;
      failed = !show(*packet, packets);
      if (!failed) eio::v3::append_packet(again, *packet, form);
    }
    failed = failed || reader.failed();
    std::puts(
        std::string(json::object("packets", packets, "failed", failed, "again", hex(again.text())).text()).c_str());
  }
}
