// SPDX-License-Identifier: MIT
#include "protocol/ws/deflate.h"

#include "protocol/ws/decoding.h"
#include "protocol/ws/deflate_contexts.h"

using namespace duplex;
using namespace duplex::testing;
using ws::Errc;
using ws::Opcode;
using ws::Role;

namespace {

const ws::DeflateAgreement no_takeover{.server_no_context_takeover = true, .client_no_context_takeover = true};
const ws::DeflateAgreement takeover{};

std::vector<std::byte> compressed_frame(ws::Deflater& deflater, Opcode opcode, std::string_view message) {
  Buffer data;
  deflater.compress(data, as_bytes(message));
  std::vector<std::byte> out;
  append_frame(out, opcode, data.bytes(), {.rsv = ws::rsv_compressed});
  return out;
}

/// Decoders with the contexts and limits they borrow.
struct Setup {
  explicit Setup(std::size_t max_message = 1'000'000, std::size_t budget_limit = 64_MiB)
      : budget(budget_limit), limits{.max_message = max_message, .deflate = &contexts} {}
  ws::InflateBudget budget;
  ws::DeflateContexts contexts{&budget};
  ws::DecoderLimits limits;

  Decoded decode(const std::vector<std::byte>& bytes, const ws::DeflateAgreement& agreed = no_takeover) {
    return testing::decode({bytes}, Role::server, limits, &agreed);
  }
};

std::string json(std::size_t size) {
  std::string out;
  for (int i = 0; out.size() < size; ++i) out += "{\"id\":" + std::to_string(i * 7919) + ",\"name\":\"n\xc3\xa4me\"},";
  return out;
}

}  // namespace

TEST_CASE("the examples of RFC 7692 section 7.2.3 are inflated") {
  Setup setup;
  const auto check = [&](const char* bytes, const Decoded& expected, const ws::DeflateAgreement& agreed = takeover) {
    CAPTURE(bytes);
    expect(hex(bytes), expected, Role::client, setup.limits, &agreed);
  };
  check("c1 07 f248cdc9c90700", {{text("Hello")}, {}});                                      // one block
  check("41 03 f248cd 80 04 c9c90700", {{text("Hello")}, {}});                               // in two frames
  check("c1 07 f248cdc9c90700 c1 05 f200110000", {{text("Hello"), text("Hello")}, {}});      // with takeover
  check("c1 07 f248cdc9c90700 c1 07 f248cdc9c90700", {{text("Hello"), text("Hello")}, {}});  // without
  check("c1 0b 000500faff48656c6c6f00", {{text("Hello")}, {}});                              // stored
  check("c1 08 f348cdc9c9070000", {{text("Hello")}, {}});                                    // BFINAL
  check("c1 0d f248050000 00ffffcac9c90700", {{text("Hello")}, {}});                         // two blocks
  CHECK(setup.budget.used() == 0);
}

TEST_CASE("an uncompressed message may come on a compressing connection, between and inside compressed ones") {
  Setup setup;
  expect(hex("c1 07 f248cdc9c90700 81 02 6869 c1 05 f200110000"), {{text("Hello"), text("hi"), text("Hello")}, {}},
         Role::client, setup.limits, &takeover);
  expect(hex("41 03 f248cd 89 01 3f 80 04 c9c90700"), {{ping("?"), text("Hello")}, {}}, Role::client, setup.limits,
         &takeover);
}

TEST_CASE("F2: RSV1 on a continuation or control frame is refused even where compression is agreed") {
  Setup setup;
  for (const char* bytes : {"41 03 f248cd c0 04 c9c90700", "c9 00", "ca 00", "c8 00", "a1 00", "91 00", "e1 00"}) {
    CAPTURE(bytes);
    expect(hex(bytes), {{}, Errc::reserved_bits}, Role::client, setup.limits, &takeover);
  }
}

TEST_CASE("what is deflated is inflated again, with every window and with and without takeover") {
  for (std::uint8_t bits = 9; bits <= 15; ++bits) {
    for (bool keep : {false, true}) {
      CAPTURE(int(bits));
      CAPTURE(keep);
      Setup setup;
      const ws::DeflateAgreement agreed{.client_no_context_takeover = !keep, .client_max_window_bits = bits};
      ws::Deflater deflater({.window_bits = bits});
      std::vector<std::byte> bytes;
      Decoded expected;
      for (std::size_t size : {0u, 1u, 20u, 3000u, 0u, 70'000u, 200'000u}) {
        const std::string message = json(size).substr(0, size == 1 ? 1 : std::string::npos);
        bytes = bytes + compressed_frame(deflater, Opcode::text, message);
        expected.items.push_back(text(message));
        if (!keep) deflater.reset();
      }
      CHECK(setup.decode(bytes, agreed) == expected);
      std::vector<std::vector<std::byte>> pieces;
      for (std::size_t at = 0; at < bytes.size(); at += 1000) {
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        pieces.emplace_back(from, from + static_cast<std::ptrdiff_t>(std::min<std::size_t>(1000, bytes.size() - at)));
      }
      CHECK(decode(pieces, Role::server, setup.limits, &agreed) == expected);
      CHECK(setup.budget.used() == 0);
    }
  }
}

TEST_CASE("context takeover makes the second message shorter") {
  ws::Deflater deflater({});
  const std::string message = json(500);
  const auto first = compressed_frame(deflater, Opcode::text, message),
             second = compressed_frame(deflater, Opcode::text, message);
  CHECK(second.size() * 4 < first.size());
  deflater.reset();
  CHECK(compressed_frame(deflater, Opcode::text, message) == first);
}

TEST_CASE("a decoder without takeover holds no memory between messages") {
  Setup setup;
  ws::Deflater deflater({});
  for (bool keep : {false, true}) {
    ws::MessageDecoder decoder(Role::server, setup.limits);
    decoder.enable_deflate(keep ? takeover : no_takeover);
    auto bytes = compressed_frame(deflater, Opcode::text, "hello hello hello");
    deflater.reset();
    decoder.feed(bytes);
    Decoded decoded;
    collect(decoder, decoded);
    CHECK(decoded == Decoded{{text("hello hello hello")}, {}});
    CHECK((decoder.buffered() == 0) == !keep);  // with takeover there is a window to be kept
    CHECK_FALSE(decoder.mid_message());
  }
}

TEST_CASE("C1: a bomb is refused with 1009 before it takes more memory than the limit") {
  // A budget of the limit itself: had the buffer outgrown it, the error would be another.
  Setup setup(1'000'000, 1'000'000);
  ws::Deflater deflater({.window_bits = 15, .mem_level = 9, .level = 9});
  const auto bomb = compressed_frame(deflater, Opcode::binary, std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 60'000);
  CHECK(setup.decode(bomb) == Decoded{{}, Errc::message_too_big});
  CHECK(setup.budget.used() == 0);

  deflater.reset();
  const std::string largest(1'000'000, 'x');
  CHECK(setup.decode(compressed_frame(deflater, Opcode::binary, largest)) == Decoded{{binary(largest)}, {}});
  deflater.reset();
  CHECK(setup.decode(compressed_frame(deflater, Opcode::binary, largest + 'x')) == Decoded{{}, Errc::message_too_big});
}

TEST_CASE("C2: all connections together inflate no more than the budget, and short messages still pass") {
  Setup setup(1'000'000, 4'000'000);
  ws::Deflater deflater({});
  Buffer data;
  deflater.compress(data, as_bytes(std::string(900'000, 'x')));
  std::vector<ws::MessageDecoder> bombers;
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    auto& decoder = bombers.emplace_back(Role::server, setup.limits);
    decoder.enable_deflate(no_takeover);
    std::vector<std::byte> bytes;
    append_frame(bytes, Opcode::binary, data.bytes(), {.fin = false, .rsv = ws::rsv_compressed});
    decoder.feed(bytes);
    CHECK_FALSE(decoder.next());
    CHECK(setup.budget.used() <= 4'000'000);
    refused += decoder.error() == Errc::inflate_budget_exhausted;
    if (!decoder.error()) CHECK(decoder.mid_message());
  }
  CHECK(refused >= 45);
  CHECK(refused < 50);
  CHECK(ws::close_code_for(Errc::inflate_budget_exhausted) == 1013);
  deflater.reset();
  CHECK(setup.decode(compressed_frame(deflater, Opcode::text, "hello")) == Decoded{{text("hello")}, {}});
  bombers.clear();
  CHECK(setup.budget.used() == 0);
  CHECK(ws::default_inflate_budget(1'000'000) == 64_MiB);
  CHECK(ws::default_inflate_budget(64_MiB) == 256_MiB);
}

TEST_CASE("C3: a bomb in fragments is refused in the middle of the fragment that passes the limit") {
  Setup setup;
  ws::Deflater deflater({.window_bits = 15});
  Buffer data;
  deflater.compress(data, as_bytes(std::string(3'000'000, '\0')));
  std::vector<std::byte> bytes;
  const std::size_t third = data.size() / 3;
  append_frame(bytes, Opcode::binary, data.bytes().first(third), {.fin = false, .rsv = ws::rsv_compressed});
  append_frame(bytes, Opcode::continuation, data.bytes().subspan(third), {.fin = false});
  ws::MessageDecoder decoder(Role::server, setup.limits);
  decoder.enable_deflate(no_takeover);
  std::size_t fed = 0;
  while (!decoder.error() && fed < bytes.size()) {
    decoder.feed(Bytes(bytes).subspan(fed++, 1));
    CHECK_FALSE(decoder.next());
  }
  CHECK(decoder.error() == Errc::message_too_big);
  CHECK(fed < data.size() / 2);
}

TEST_CASE("C3: compressed data that inflates to nothing has a limit too") {
  Setup setup(1000);
  std::string nothing;
  while (nothing.size() < 5000) nothing += std::string("\0\0\0\xff\xff", 5);  // empty stored blocks
  CHECK(setup.decode(frame(Opcode::binary, nothing, {.rsv = ws::rsv_compressed})) ==
        Decoded{{}, Errc::message_too_big});
}

TEST_CASE("data that does not compress may be as long as the limit") {
  Setup setup(100'000);
  std::string noise(100'000, '\0');
  std::uint32_t state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  for (std::uint8_t mem_level : {1, 9}) {
    ws::Deflater deflater({.window_bits = 9, .mem_level = mem_level, .level = 9});
    CHECK(setup.decode(compressed_frame(deflater, Opcode::binary, noise)) == Decoded{{binary(noise)}, {}});
  }
}

TEST_CASE("C4: garbage, truncated data and data after a final block are read right or refused") {
  Setup setup;
  CHECK(ws::close_code_for(Errc::invalid_deflate) == 1007);
  const auto check = [&](const char* payload, const Decoded& expected) {
    CAPTURE(payload);
    const auto bytes = hex(payload);
    std::vector<std::byte> whole;
    append_frame(whole, Opcode::binary, bytes, {.rsv = ws::rsv_compressed});
    expect(whole, expected, Role::server, setup.limits, &takeover);
  };
  check("ff", {{}, Errc::invalid_deflate});                             // block type 3
  check("f248cdc9", {{}, Errc::invalid_deflate});                       // cut in the middle
  check("000500faff4865", {{}, Errc::invalid_deflate});                 // a stored block cut short
  check("f200110000", {{}, Errc::invalid_deflate});                     // refers to a window that is not there
  check("f348cdc9c90700", {{binary("Hello")}, {}});                     // BFINAL, without the extra octet
  check("f348cdc9c9070000", {{binary("Hello")}, {}});                   // as section 7.2.3.4 wants it
  check("f348cdc9c90700f248cdc9c90700", {{binary("HelloHello")}, {}});  // more after BFINAL
  check("f348cdc9c90700f348cdc9c90700f348cdc9c9070000", {{binary("HelloHelloHello")}, {}});
  check("f348cdc9c90700ff", {{}, Errc::invalid_deflate});  // garbage after BFINAL
}

TEST_CASE("C4: every truncation and every flipped bit ends in an error or a message") {
  Setup setup;
  ws::Deflater deflater({});
  Buffer data;
  deflater.compress(data, as_bytes(json(300)));
  for (std::size_t n = 0; n < data.size(); ++n) {
    std::vector<std::byte> bytes;
    append_frame(bytes, Opcode::text, data.bytes().first(n), {.rsv = ws::rsv_compressed});
    const Decoded decoded = setup.decode(bytes);
    CHECK(decoded.items.size() + decoded.error.has_value() == 1);
  }
  for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
    std::vector<std::byte> payload = to_vector(data), bytes;
    payload[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    append_frame(bytes, Opcode::text, payload, {.rsv = ws::rsv_compressed});
    const Decoded decoded = setup.decode(bytes);
    CHECK(decoded.items.size() + decoded.error.has_value() == 1);
  }
  CHECK(setup.budget.used() == 0);
}

TEST_CASE("C5: an empty message is compressed and inflated, alone and in a row") {
  Setup setup;
  ws::Deflater deflater({});
  std::vector<std::byte> bytes;
  for (int i = 0; i < 3; ++i) bytes = bytes + compressed_frame(deflater, Opcode::text, "");
  bytes = bytes + compressed_frame(deflater, Opcode::binary, "x") + compressed_frame(deflater, Opcode::binary, "");
  expect(bytes, {{text(""), text(""), text(""), binary("x"), binary("")}, {}}, Role::server, setup.limits, &takeover);
  expect(frame(Opcode::text, "", {.rsv = ws::rsv_compressed}), {{text("")}, {}}, Role::server, setup.limits, &takeover);
}

TEST_CASE("C7: a sender that keeps its context where none was agreed is refused with 1007") {
  Setup setup;
  expect(hex("c1 07 f248cdc9c90700 c1 05 f200110000"), {{text("Hello")}, Errc::invalid_deflate}, Role::client,
         setup.limits, &no_takeover);
}

TEST_CASE("C7: a larger window than agreed is read right, or refused once it matters") {
  Setup setup;
  std::string message = json(3000) + std::string(3000, 'x');
  message += message.substr(0, 3000);
  ws::Deflater deflater({.window_bits = 15});
  const auto bytes = compressed_frame(deflater, Opcode::text, message);
  const ws::DeflateAgreement narrow{.client_max_window_bits = 9};
  std::vector<std::vector<std::byte>> pieces;
  for (std::byte b : bytes) pieces.push_back({b});
  CHECK(decode(pieces, Role::server, setup.limits, &narrow) == Decoded{{}, Errc::invalid_deflate});
  CHECK(decode(pieces, Role::server, setup.limits, &takeover) == Decoded{{text(message)}, {}});
  // Given at once, zlib finds what it looks for in its output.
  const Decoded whole = setup.decode(bytes, narrow);
  CHECK((whole == Decoded{{text(message)}, {}} || whole == Decoded{{}, Errc::invalid_deflate}));
}

TEST_CASE("C7: an inflater that met an error is as new for the next connection") {
  Setup setup;
  for (int i = 0; i < 3; ++i) {
    CHECK(setup.decode(frame(Opcode::binary, "\xf2\x48\xcd\xff\xff", {.rsv = ws::rsv_compressed})).error ==
          Errc::invalid_deflate);
    CHECK(decode({hex("c1 07 f248cdc9c90700")}, Role::client, setup.limits, &no_takeover) ==
          Decoded{{text("Hello")}, {}});
  }
}

TEST_CASE("bad text before bad deflate data is what is reported, however the bytes are cut") {
  Setup setup;
  expect(hex("41 03 f248cd 80 07 c9c9ffff5fb000"), {{}, Errc::invalid_utf8}, Role::client, setup.limits, &takeover);
}

TEST_CASE("U1: inflated text that is not UTF-8 is refused before its message ends") {
  Setup setup;
  ws::Deflater deflater({});
  Buffer data;
  deflater.compress(data, as_bytes("bad \xff text"));
  std::vector<std::byte> bytes;
  append_frame(bytes, Opcode::text, data.bytes(), {.fin = false, .rsv = ws::rsv_compressed});
  expect(bytes, {{}, Errc::invalid_utf8}, Role::server, setup.limits, &takeover);
  CHECK(setup.decode(compressed_frame(deflater, Opcode::text, "\xe6\xbc"), no_takeover).error);
}

TEST_CASE(
    "one loop's contexts are shared: the same message compresses to the same bytes, for any number of receivers") {
  ws::DeflateContexts contexts;
  const std::string message = json(2000);
  const ws::DeflateParameters a{.window_bits = 12}, b{.window_bits = 9};
  const auto once = [&](ws::DeflateParameters p) {
    const ConstBytes bytes = contexts.compress(p, as_bytes(message));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  };
  const auto first = once(a);
  once(b);
  CHECK(once(a) == first);
  CHECK(&contexts.deflater(a) == &contexts.deflater(a));
  auto inflater = contexts.take_inflater(12);
  ws::Inflater* const was = inflater.get();
  contexts.give_back(std::move(inflater));
  CHECK(contexts.take_inflater(15).get() != was);
  CHECK(contexts.take_inflater(12).get() == was);
}
