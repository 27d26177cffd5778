// SPDX-License-Identifier: MIT
#include "protocol/ws/frame.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace duplex;
using duplex::testing::hex;
using ws::FrameHeader;
using ws::Opcode;

namespace {

std::vector<std::byte> encoded(const FrameHeader& header) {
  const ws::HeaderBytes bytes = ws::encode_header(header);
  return {bytes.view().begin(), bytes.view().end()};
}

}  // namespace

TEST_CASE("headers are written as RFC 6455 section 5.7 draws them") {
  const auto key = load_native<ws::MaskKey>(hex("37fa213d").data());
  CHECK(encoded({.opcode = Opcode::text, .length = 5}) == hex("81 05"));
  CHECK(encoded({.opcode = Opcode::text, .length = 5, .mask = key}) == hex("81 85 37fa213d"));
  CHECK(encoded({.fin = false, .opcode = Opcode::text, .length = 3}) == hex("01 03"));
  CHECK(encoded({.opcode = Opcode::continuation, .length = 2}) == hex("80 02"));
  CHECK(encoded({.opcode = Opcode::ping, .length = 5}) == hex("89 05"));
  CHECK(encoded({.opcode = Opcode::binary, .length = 256}) == hex("82 7e 0100"));
  CHECK(encoded({.opcode = Opcode::binary, .length = 65536}) == hex("82 7f 0000000000010000"));
  CHECK(encoded({.rsv = ws::rsv_compressed, .opcode = Opcode::text, .length = 7}) == hex("c1 07"));
}

TEST_CASE("a length takes the shortest form that holds it") {
  CHECK(encoded({.length = 125}).size() == 2);
  CHECK(encoded({.length = 126}).size() == 4);
  CHECK(encoded({.length = 65535}).size() == 4);
  CHECK(encoded({.length = 65536}).size() == 10);
  for (std::uint64_t length : {0u, 125u, 126u, 65535u, 65536u, 1u << 31}) {
    CHECK(encoded({.length = length}).size() == ws::header_size(length, false));
    CHECK(encoded({.length = length, .mask = 1}).size() == ws::header_size(length, true));
    CHECK(ws::header_size_on_wire(encoded({.length = length, .mask = 1})[1]) == ws::header_size(length, true));
  }
}

TEST_CASE("what was written is read again, once it is all there") {
  for (bool fin : {false, true}) {
    for (std::uint8_t rsv = 0; rsv < 8; ++rsv) {
      for (std::uint64_t length :
           {std::uint64_t{0}, std::uint64_t{125}, std::uint64_t{126}, std::uint64_t{65536}, ~std::uint64_t{0}}) {
        for (std::optional<ws::MaskKey> mask : {std::optional<ws::MaskKey>(), std::optional<ws::MaskKey>(0x12345678)}) {
          const FrameHeader header{.fin = fin, .rsv = rsv, .opcode = Opcode::pong, .length = length, .mask = mask};
          const auto bytes = encoded(header);
          CHECK(ws::decode_header(bytes) == header);
          for (std::size_t n = 0; n < bytes.size(); ++n) CHECK_FALSE(ws::decode_header(ConstBytes(bytes).first(n)));
        }
      }
    }
  }
}

TEST_CASE("a length in a longer form than it needs is noticed") {
  CHECK_FALSE(ws::decode_header(hex("82 7e 007d"))->minimal);
  CHECK(ws::decode_header(hex("82 7e 007e"))->minimal);
  CHECK_FALSE(ws::decode_header(hex("82 7f 000000000000ffff"))->minimal);
  CHECK(ws::decode_header(hex("82 7f 0000000000010000"))->minimal);
}
