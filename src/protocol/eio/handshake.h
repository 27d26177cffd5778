// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "core/buffer.h"

namespace duplex::eio {

/// What the open packet tells a client. Times are in milliseconds.
struct Handshake {
  std::string_view sid;               ///< of the characters of base64url: it is written without escaping
  bool upgrade_to_websocket = false;  ///< polling, and upgrades are allowed
  std::uint32_t ping_interval = 25'000;
  std::uint32_t ping_timeout = 20'000;
  std::uint64_t max_payload = 1'000'000;  ///< bytes
};

/// Appends `0{"sid":…,"upgrades":…,"pingInterval":…,"pingTimeout":…,"maxPayload":…}`: these keys, in Node's order.
void encode_open(Buffer& out, const Handshake& handshake);

}  // namespace duplex::eio
