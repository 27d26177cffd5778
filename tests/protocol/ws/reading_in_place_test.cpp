// SPDX-License-Identifier: MIT
// A long message whose bytes are put where the decoder wants them means the same as one whose bytes are fed.
#include <algorithm>
#include <random>
#include <utility>

#include "core/buffer_pool.h"
#include "decoding.h"

using namespace duplex;
using namespace duplex::testing;
using ws::Errc;
using ws::Opcode;
using ws::Role;

namespace {

/// Feeds the bytes in pieces of random length, in place wherever the decoder has a place.
Decoded decode_in_place(const std::vector<std::byte>& bytes, const ws::DecoderLimits& limits, std::mt19937& random,
                        std::size_t& placed) {
  ws::MessageDecoder decoder(Role::server, limits);
  Decoded decoded;
  std::vector<std::byte> piece;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t n =
        std::min<std::size_t>(std::uniform_int_distribution<std::size_t>(1, 150'000)(random), bytes.size() - at);
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    if (const Bytes room = decoder.input_room(); !room.empty()) {
      n = std::min(n, room.size());
      std::copy_n(from, n, room.data());
      decoder.feed(room.first(n));
      placed += n;
    } else {
      piece.assign(from, from + static_cast<std::ptrdiff_t>(n));
      decoder.feed(piece);
    }
    collect(decoder, decoded);
    at += n;
    if (decoded.error) break;
  }
  return decoded;
}

std::string cjk(std::size_t characters) {
  std::string text;
  while (text.size() < 3 * characters) text += "\xe6\xbc\xa2";
  return text;
}

}  // namespace

TEST_CASE("a message that is read in place is the same message") {
  BufferPool pool;
  const ws::DecoderLimits limits{.max_message = 4'000'000, .large_buffers = &pool};
  const std::string large(900'001, 'b'), text_of_many = cjk(300'000);
  std::string broken = text_of_many;
  broken[700'000] = 'x';
  const auto whole = frame(Opcode::binary, large) + frame(Opcode::text, text_of_many) + frame(Opcode::text, "short");
  // Fragments, with a ping between them.
  const auto fragments = frame(Opcode::text, text_of_many.substr(0, 400'000), {.fin = false}) +
                         frame(Opcode::ping, "p") + frame(Opcode::continuation, text_of_many.substr(400'000)) +
                         frame(Opcode::binary, large);
  std::mt19937 random(7);
  std::size_t placed = 0;
  for (int round = 0; round < 30; ++round) {
    CHECK(decode_in_place(whole, limits, random, placed) ==
          Decoded{{binary(large), text(text_of_many), text("short")}, {}});
    CHECK(decode_in_place(fragments, limits, random, placed) ==
          Decoded{{ping("p"), text(text_of_many), binary(large)}, {}});
    CHECK(decode_in_place(frame(Opcode::text, broken), limits, random, placed) == Decoded{{}, Errc::invalid_utf8});
  }
  CHECK(placed > 20'000'000);  // it did happen
  CHECK(!pool.empty());
}

TEST_CASE("a header is given memory that is there already, and no more of any other than it has earned") {
  BufferPool pool;
  const ws::DecoderLimits limits{.max_message = 4'000'000, .large_buffers = &pool};
  auto begun = hex("82 ff 00000000002dc6c0 00000000 00");
  {
    ws::MessageDecoder decoder(Role::server, limits);
    decoder.feed(begun);
    CHECK(!decoder.next());
    CHECK(decoder.buffered() < 100'000);
  }
  pool.trim();
  pool.give_back(pool.take(3'000'000));
  {
    ws::MessageDecoder decoder(Role::server, limits);
    decoder.feed(begun);
    CHECK(!decoder.next());
    CHECK(decoder.input_room().size() == 2'999'999);
    CHECK(pool.take_spare(3'000'000).capacity() == 0);
  }
  CHECK(pool.take_spare(3'000'000).capacity() >= 3'000'000);  // given back, although the message never ended
}

TEST_CASE("there is no place for short frames, control frames and compressed ones") {
  ws::MessageDecoder decoder(Role::server, default_limits);
  CHECK(decoder.input_room().empty());
  auto few = hex("82 fe 0100 00000000 00");
  decoder.feed(few);
  CHECK(!decoder.next());
  CHECK(decoder.input_room().empty());
  ws::MessageDecoder pinged(Role::server, default_limits);
  auto control = hex("89 fd 00000000 00");
  pinged.feed(control);
  CHECK(!pinged.next());
  CHECK(pinged.input_room().empty());
}
