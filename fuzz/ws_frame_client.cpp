// SPDX-License-Identifier: MIT
#include "ws_frame.h"

// What a server may send to a client: no masks, so the fuzzer gets further.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return duplex::fuzz::fuzz_frames(data, size, duplex::ws::Role::client);
}
