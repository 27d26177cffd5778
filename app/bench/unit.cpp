// SPDX-License-Identifier: MIT
#include "app/bench/unit.h"

#include <algorithm>

#include "app/bench/tag.h"
#include "protocol/json/escape.h"

namespace duplex::bench {
namespace {

Unit socket_io_event(Content content, std::string payload) {
  if (content == Content::binary)
    return {{ws::Opcode::text, R"(451-["m",{"_placeholder":true,"num":0}])"}, {ws::Opcode::binary, std::move(payload)}};
  std::string packet = R"(42["m",")";
  json::escape(packet, payload);
  return {{ws::Opcode::text, packet + "\"]"}};
}

}  // namespace

std::vector<Unit> make_units(Content content, std::size_t size, bool socket_io, std::size_t publishers) {
  constexpr std::size_t in_cache = 64 * 1024;
  const auto variants = static_cast<unsigned>(std::clamp<std::size_t>(in_cache / (size + 32) / publishers, 2, 64));
  std::vector<Unit> units;
  units.reserve(variants * publishers);
  for (std::size_t publisher = 0; publisher < publishers; ++publisher)
    for (unsigned variant = 0; variant < variants; ++variant) {
      std::string payload = publishers == 1 ? make_content(content, size, variant)
                                            : tagged_content(content, size, variant, tag_of(publisher));
      if (socket_io)
        units.push_back(socket_io_event(content, std::move(payload)));
      else
        units.push_back({{content == Content::binary ? ws::Opcode::binary : ws::Opcode::text, std::move(payload)}});
    }
  return units;
}

}  // namespace duplex::bench
