// SPDX-License-Identifier: MIT
#include "ws_frame.h"

// What a client may send to a server.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return duplex::fuzz::fuzz_frames(data, size, duplex::ws::Role::server);
}
