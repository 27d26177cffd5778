// SPDX-License-Identifier: MIT
#include "protocol/ws/mask.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "support/hex.h"

using namespace duplex;
using duplex::testing::hex;

namespace {

// RFC 6455 section 5.3, to the letter.
std::vector<std::byte> masked_by_definition(std::vector<std::byte> bytes, ws::MaskKey key, std::size_t offset) {
  std::array<std::byte, 4> key_bytes;
  std::memcpy(key_bytes.data(), &key, 4);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= key_bytes[(offset + i) % 4];
  return bytes;
}

}  // namespace

TEST_CASE("the RFC's example is unmasked") {
  auto bytes = hex("7f9f4d5158");
  ws::apply_mask(bytes, load_native<ws::MaskKey>(hex("37fa213d").data()));
  CHECK(bytes == hex("48656c6c6f"));
}

TEST_CASE("a mask is applied as defined, for every length, offset and alignment") {
  const auto key = load_native<ws::MaskKey>(hex("37fa213d").data());
  for (std::size_t size = 0; size <= 40; ++size) {
    for (std::size_t offset = 0; offset < 9; ++offset) {
      for (std::size_t alignment = 0; alignment < 8; ++alignment) {
        std::vector<std::byte> room(alignment + size);
        for (std::size_t i = 0; i < room.size(); ++i) room[i] = static_cast<std::byte>(i * 7 + 1);
        const std::vector<std::byte> plain(room.begin() + static_cast<std::ptrdiff_t>(alignment), room.end());
        const auto expected = masked_by_definition(plain, key, offset);

        std::vector<std::byte> copy(size);
        ws::copy_masked(copy.data(), plain, key, offset);
        REQUIRE(copy == expected);

        const Bytes in_place = Bytes(room).subspan(alignment);
        ws::apply_mask(in_place, key, offset);
        REQUIRE(std::vector<std::byte>(in_place.begin(), in_place.end()) == expected);
      }
    }
  }
}

TEST_CASE("a payload that is unmasked in two pieces is the same as in one") {
  const ws::MaskKey key = 0x89abcdef;
  std::vector<std::byte> whole(100, std::byte{0x55});
  auto pieces = whole;
  ws::apply_mask(whole, key);
  for (std::size_t cut = 0; cut <= 100; ++cut) {
    auto bytes = pieces;
    ws::apply_mask(Bytes(bytes).first(cut), key);
    ws::apply_mask(Bytes(bytes).subspan(cut), key, cut);
    REQUIRE(bytes == whole);
  }
}
