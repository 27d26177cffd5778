// SPDX-License-Identifier: MIT
// Decodes Socket.IO packets for sio_parser_differential.mjs: a hexadecimal packet a line in, a line of JSON out.
#include <cstdio>
#include <iostream>
#include <string>

#include <duplex/json.h>

#include "protocol/sio/encode.h"
#include "protocol/sio/event.h"
#include "protocol/sio/packet.h"

int main() {
  using namespace duplex;
  json::Scratch scratch;
  for (std::string line; std::getline(std::cin, line);) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2)
      bytes.push_back(static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16)));
    const auto packet = sio::decode(bytes);
    if (!packet) {
      std::puts(std::string(json::object("error", packet.error().message()).text()).c_str());
      continue;
    }
    Buffer again;
    sio::encode(again, *packet);
    scratch.clear();
    const auto parts = sio::is_event(packet->type) && !packet->payload.empty()
                           ? sio::split_event(packet->payload, scratch)
                           : sio::EventParts();
    // Through a decoder and a writer too: what C++ understands of the payload is what JavaScript does.
    json::Text values;
    if (packet->payload.starts_with('['))
      values = json::text_of(*json::View(packet->payload).as<std::vector<json::Text>>());
    const auto text =
        json::object("type", static_cast<int>(packet->type), "attachments", packet->attachments, "nsp", packet->nsp,
                     "id", packet->id, "payload", packet->payload.empty() ? json::View() : json::View(packet->payload),
                     "name", parts.name, "values", values, "again", again.text());
    std::puts(std::string(text.text()).c_str());
  }
}
