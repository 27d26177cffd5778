// SPDX-License-Identifier: MIT
#include "protocol/ws/message_decoder.h"

#include "core/utf8.h"
#include "protocol/ws/decoding.h"
#include "support/allocations.h"

using namespace duplex;
using namespace duplex::testing;
using ws::Errc;
using ws::Opcode;
using ws::Role;

namespace {

// The unmasked payloads are easier to read with a key of zeros.
const auto hello = hex("81 85 00000000 48656c6c6f");

}  // namespace

TEST_CASE("what must be remembered from one read to the next is a pointer") {
  CHECK(sizeof(ws::UnfinishedMessage) == sizeof(void*));
}

TEST_CASE("a masked text frame is a message") {
  expect(hex("81 85 37fa213d 7f9f4d5158"), {{text("Hello")}, {}});  // RFC 6455 section 5.7
}

TEST_CASE("a client takes the server's unmasked frame") {
  expect(hex("81 05 48656c6c6f"), {{text("Hello")}, {}}, Role::client);
}

TEST_CASE("fragments form one message") {
  expect(hex("01 83 00000000 48656c 80 82 00000000 6c6f"), {{text("Hello")}, {}});
  expect(hex("01 80 00000000 00 80 00000000 80 80 00000000"), {{text("")}, {}});
}

TEST_CASE("a ping between two fragments is delivered before the message they form") {
  expect(hex("01 85 00000000 48656c6c6f"  // text, not final: "Hello"
             "89 82 00000000 6869"        // ping
             "80 80 00000000"),           // final, empty continuation
         {{ping("hi"), text("Hello")}, {}});
}

TEST_CASE("lengths of all three forms are read") {
  for (std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 70000u}) {
    const std::string payload(size, '*');
    CAPTURE(size);
    CHECK(decode({frame(Opcode::binary, payload)}) == Decoded{{binary(payload)}, {}});
  }
  expect(frame(Opcode::text, std::string(300, 'x')), {{text(std::string(300, 'x'))}, {}});
}

TEST_CASE("several messages and control frames in one read come one by one, in order") {
  expect(hello + frame(Opcode::ping, "1") + frame(Opcode::binary, "\xff") + frame(Opcode::pong, "2") +
             frame(Opcode::close,
                   "\x03\xe8"
                   "bye"),
         {{text("Hello"), ping("1"), binary("\xff"), pong("2"), closing(1000, "bye")}, {}});
}

TEST_CASE("a whole frame is handed out where it lies") {
  auto bytes = frame(Opcode::text, "Hello");
  ws::MessageDecoder decoder(Role::server, default_limits);
  decoder.feed(bytes);
  const auto incoming = decoder.next();
  REQUIRE(incoming);
  CHECK(incoming->payload.data() == bytes.data() + 6);
}

TEST_CASE("a whole unfragmented frame is decoded without an allocation") {
  auto bytes = frame(Opcode::text, "Hello") + frame(Opcode::text, "\xc3\xa4\xc3\xb6") +
               frame(Opcode::binary, std::string(70000, 'x')) + frame(Opcode::ping, "?");
  ws::MessageDecoder decoder(Role::server, default_limits);
  int messages = 0;
  CHECK(allocations_during([&] {
          decoder.feed(bytes);
          while (decoder.next()) ++messages;
        }) == 0);
  CHECK(messages == 4);
}

TEST_CASE("a decoder holds memory only while a message is unfinished") {
  ws::MessageDecoder decoder(Role::server, default_limits);
  auto bytes = frame(Opcode::text, "Hello");
  Decoded decoded;
  decoder.feed(Bytes(bytes).first(8));
  collect(decoder, decoded);
  CHECK(decoder.mid_message());
  CHECK(decoder.received() == 8);
  CHECK(decoder.buffered() > 0);
  decoder.feed(Bytes(bytes).subspan(8));
  collect(decoder, decoded);
  CHECK(decoded == Decoded{{text("Hello")}, {}});
  CHECK_FALSE(decoder.mid_message());
  CHECK(decoder.received() == 0);
  CHECK(decoder.buffered() == 0);
}

TEST_CASE("an unfinished message tells when its first byte was fed, whatever came before and comes between") {
  const auto first = frame(Opcode::text, "Hel", {.fin = false}), second = frame(Opcode::continuation, "lo");
  auto bytes = first + frame(Opcode::ping, "?") + second + first;
  for (std::size_t cut = 0; cut < 2; ++cut) {  // in the header, and behind it
    ws::MessageDecoder decoder(Role::server, default_limits);
    Decoded decoded;
    std::uint32_t now = 1;
    const std::size_t start = cut == 0 ? 1 : 7;
    decoder.feed(Bytes(bytes).first(start), now);
    collect(decoder, decoded);
    CHECK(decoder.since() == 1);
    const std::size_t again = bytes.size() - first.size();
    for (std::size_t at = start; at < again - 1; ++at) {
      decoder.feed(Bytes(bytes).subspan(at, 1), ++now);
      collect(decoder, decoded);
      REQUIRE(decoder.mid_message());
      REQUIRE(decoder.since() == 1);
    }
    decoder.feed(Bytes(bytes).subspan(again - 1, 1 + start), 1000);  // the next one begins in the same read
    collect(decoder, decoded);
    CHECK(decoder.since() == 1000);
    CHECK(decoded == Decoded{{ping("?"), text("Hello")}, {}});
    bytes = first + frame(Opcode::ping, "?") + second + first;
  }
}

TEST_CASE("the rest of a read can be taken away and fed later") {
  auto bytes = hello + hello + frame(Opcode::ping, "x");
  ws::MessageDecoder decoder(Role::server, default_limits);
  decoder.feed(bytes);
  REQUIRE(decoder.next());
  CHECK(decoder.unread().size() == bytes.size() - hello.size());
  const Bytes rest = decoder.take_rest();
  CHECK(decoder.unread().empty());
  CHECK_FALSE(decoder.next());
  std::vector<std::byte> kept(rest.begin(), rest.end());
  decoder.feed(kept);
  Decoded decoded;
  collect(decoder, decoded);
  CHECK(decoded == Decoded{{text("Hello"), ping("x")}, {}});
}

TEST_CASE("everything before an error is delivered first") {
  expect(hello + frame(Opcode::ping, "x") + frame(Opcode::text, "Hello", {.rsv = 2}) + hello,
         {{text("Hello"), ping("x")}, Errc::reserved_bits});
}

TEST_CASE("F1: an unmasked client frame is refused, and so is a masked server frame") {
  expect(hex("81 05 48656c6c6f"), {{}, Errc::unmasked_frame});
  expect(hello, {{}, Errc::masked_frame}, Role::client);
}

TEST_CASE("F2: reserved bits are refused") {
  for (std::uint8_t rsv = 1; rsv <= 7; ++rsv) {
    CAPTURE(int(rsv));
    for (Opcode opcode : {Opcode::text, Opcode::binary, Opcode::ping, Opcode::pong, Opcode::close}) {
      expect(frame(opcode, "", {.rsv = rsv}), {{}, Errc::reserved_bits});
    }
    expect(frame(Opcode::text, "a", {.fin = false}) + frame(Opcode::continuation, "b", {.rsv = rsv}),
           {{}, Errc::reserved_bits});
  }
}

TEST_CASE("F3: reserved opcodes are refused") {
  for (int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CAPTURE(opcode);
    expect(hello + frame(static_cast<Opcode>(opcode), "abc") + hello, {{text("Hello")}, Errc::reserved_opcode});
    expect(frame(static_cast<Opcode>(opcode), ""), {{}, Errc::reserved_opcode});
  }
}

TEST_CASE("F4: a continuation needs an open message, and a message has to end before the next begins") {
  expect(frame(Opcode::continuation, "x"), {{}, Errc::unexpected_continuation});
  expect(frame(Opcode::continuation, "x", {.fin = false}), {{}, Errc::unexpected_continuation});
  expect(frame(Opcode::text, "a", {.fin = false}) + frame(Opcode::continuation, "b") + frame(Opcode::continuation, "c"),
         {{text("ab")}, Errc::unexpected_continuation});
  expect(frame(Opcode::text, "a", {.fin = false}) + frame(Opcode::text, "b"), {{}, Errc::unfinished_message});
  expect(frame(Opcode::text, "a", {.fin = false}) + frame(Opcode::binary, "b", {.fin = false}),
         {{}, Errc::unfinished_message});
}

TEST_CASE("F5: a control frame is not fragmented and has at most 125 bytes") {
  for (Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close}) {
    expect(frame(opcode, "x", {.fin = false}), {{}, Errc::fragmented_control});
    CHECK(decode({frame(opcode, std::string(126, 'x'))}) == Decoded{{}, Errc::control_frame_too_long});
    CHECK(decode({frame(opcode, std::string(66000, 'x'))}) == Decoded{{}, Errc::control_frame_too_long});
  }
  expect(frame(Opcode::ping, std::string(125, '\xfe')), {{ping(std::string(125, '\xfe'))}, {}});
}

TEST_CASE("F6: a 64-bit length with its top bit set is refused") {
  expect(hex("82 ff 8000000000000000 00000000"), {{}, Errc::length_out_of_range});
  expect(hex("82 ff ffffffffffffffff 00000000"), {{}, Errc::length_out_of_range});
  CHECK(ws::close_code_for(Errc::length_out_of_range) == 1002);
}

TEST_CASE("F7: a message that is too long is refused when its header is read, without an allocation") {
  for (const char* header :
       {"82 ff 00000000000f4241 00000000", "82 ff 0000000080000000 00000000", "82 ff 00000000ffffffff 00000000",
        "82 ff 7fffffffffffffff 00000000", "02 ff 7fffffffffffffff 00000000"}) {
    CAPTURE(header);
    expect(hex(header), {{}, Errc::message_too_big});
    auto bytes = hex(header);
    ws::MessageDecoder decoder(Role::server, default_limits);
    CHECK(allocations_during([&] {
            decoder.feed(bytes);
            static_cast<void>(decoder.next());
          }) == 0);
    CHECK(decoder.error() == Errc::message_too_big);
  }
  CHECK(ws::close_code_for(Errc::message_too_big) == 1009);
  const ws::DecoderLimits ten{.max_message = 10};
  expect(frame(Opcode::text, "0123456789") + frame(Opcode::text, "0123456789a"),
         {{text("0123456789")}, Errc::message_too_big}, Role::server, ten);
  const std::string largest(1'000'000, 'x');
  CHECK(decode({frame(Opcode::binary, largest)}) == Decoded{{binary(largest)}, {}});
}

TEST_CASE("F8: a length that is not in its shortest form is refused") {
  expect(hex("82 fe 007d 00000000"), {{}, Errc::length_not_minimal});
  expect(hex("82 fe 0000 00000000"), {{}, Errc::length_not_minimal});
  expect(hex("82 ff 000000000000ffff 00000000"), {{}, Errc::length_not_minimal});
  expect(hex("82 ff 0000000000000000 00000000"), {{}, Errc::length_not_minimal});
  CHECK(ws::close_code_for(Errc::length_not_minimal) == 1002);
}

TEST_CASE("F9: a declared length makes room for at most 64 KiB more than was received, or as much again") {
  auto bytes = frame(Opcode::binary, std::string(1'000'000, 'x'));
  ws::MessageDecoder decoder(Role::server, default_limits);
  std::size_t received = 0;
  for (std::size_t step = 1; received < bytes.size() - 1; step = step * 3 / 2 + 1) {
    const std::size_t n = std::min(step, bytes.size() - 1 - received);
    decoder.feed(Bytes(bytes).subspan(received, n));
    REQUIRE_FALSE(decoder.next());
    received += n;
    CHECK(decoder.received() == received);
    REQUIRE(decoder.buffered() <= received + std::max(received, 64_KiB) + 1024);
    REQUIRE(decoder.buffered() <= 1'000'000 + 1024);
  }
}

TEST_CASE("F10: 131,072 one-byte fragments are one message, and one more is refused") {
  ws::MessageDecoder decoder(Role::server, default_limits);
  auto first = frame(Opcode::binary, "x", {.fin = false});
  decoder.feed(first);
  REQUIRE_FALSE(decoder.next());
  const auto fragment = frame(Opcode::continuation, "x", {.fin = false});
  std::size_t received = first.size();
  for (int i = 2; i < 131'072; ++i) {
    auto bytes = fragment;
    decoder.feed(bytes);
    REQUIRE_FALSE(decoder.next());
    received += bytes.size();
    REQUIRE(decoder.buffered() <= received + 64_KiB);
  }
  REQUIRE_FALSE(decoder.error());
  SUBCASE("the last one ends the message") {
    auto last = frame(Opcode::continuation, "x");
    decoder.feed(last);
    const auto incoming = decoder.next();
    REQUIRE(incoming);
    CHECK(incoming->payload.size() == 131'072);
  }
  SUBCASE("one more is refused") {
    auto more = fragment + fragment;
    decoder.feed(more);
    CHECK_FALSE(decoder.next());
    CHECK(decoder.error() == Errc::too_many_fragments);
    CHECK(ws::close_code_for(Errc::too_many_fragments) == 1008);
    CHECK(decoder.buffered() == 0);
  }
}

TEST_CASE("F11: the 65th empty fragment in a row is refused") {
  std::vector<std::byte> bytes = frame(Opcode::text, "", {.fin = false});
  for (int i = 1; i < 64; ++i) bytes = bytes + frame(Opcode::continuation, "", {.fin = false});
  CHECK(decode({bytes + frame(Opcode::continuation, "x")}) == Decoded{{text("x")}, {}});
  CHECK(decode({bytes + frame(Opcode::continuation, "")}) == Decoded{{}, Errc::too_many_empty_fragments});
  const auto again = frame(Opcode::continuation, "x", {.fin = false}) + frame(Opcode::continuation, "", {.fin = false});
  CHECK(decode({bytes + again + frame(Opcode::continuation, "y")}) == Decoded{{text("xy")}, {}});
  CHECK(ws::close_code_for(Errc::too_many_empty_fragments) == 1008);
}

TEST_CASE("F12: fragments whose sum passes the limit are refused at the first header that does so") {
  const ws::DecoderLimits limits{.max_message = 1000};
  std::vector<std::byte> bytes = frame(Opcode::binary, "0123456789", {.fin = false});
  for (int i = 1; i < 100; ++i) bytes = bytes + frame(Opcode::continuation, "0123456789", {.fin = false});
  CHECK(decode({bytes}, Role::server, limits) == Decoded{});
  CHECK(decode({bytes + frame(Opcode::continuation, "")}, Role::server, limits).items.size() == 1);
  CHECK(decode({bytes + hex("80 81 00000000")}, Role::server, limits) == Decoded{{}, Errc::message_too_big});
}

TEST_CASE("F16: close codes that may not be sent are refused, the others are delivered") {
  for (int code = 0; code < 65536; ++code) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 255)};
    const bool valid =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    const Decoded expected =
        valid ? Decoded{{closing(static_cast<std::uint16_t>(code))}, {}} : Decoded{{}, Errc::invalid_close_code};
    CAPTURE(code);
    REQUIRE(decode({frame(Opcode::close, payload)}) == expected);
  }
  expect(frame(Opcode::close, "\x03"), {{}, Errc::invalid_close_payload});
  expect(frame(Opcode::close, ""), {{closing(1005)}, {}});
  const std::string reason(123, 'r');
  expect(frame(Opcode::close, "\x03\xe8" + reason), {{closing(1000, reason)}, {}});
  CHECK(ws::close_code_for(Errc::invalid_close_code) == 1002);
}

TEST_CASE("F17: a close reason that is not UTF-8 is refused with 1007") {
  expect(frame(Opcode::close, "\x03\xe8\xce\xba\xed\xa0\x80"), {{}, Errc::invalid_close_reason});
  expect(frame(Opcode::close, "\x03\xe8\xce"), {{}, Errc::invalid_close_reason});
  expect(frame(Opcode::close, "\x03\xe8\xce\xba"), {{closing(1000, "\xce\xba")}, {}});
  CHECK(ws::close_code_for(Errc::invalid_close_reason) == 1007);
}

TEST_CASE("F19: what follows a close frame is ignored") {
  expect(frame(Opcode::close, "\x03\xe8") + frame(Opcode::ping, "x") + hello + hex("ffff"), {{closing(1000)}, {}});
  expect(frame(Opcode::text, "x", {.fin = false}) + frame(Opcode::close, "") + frame(Opcode::continuation, ""),
         {{closing(1005)}, {}});
}

TEST_CASE("U1: text that is not UTF-8 is refused at its first bad byte, even inside an unfinished frame") {
  CHECK(ws::close_code_for(Errc::invalid_utf8) == 1007);
  const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  for (const char* bad :
       {"\xf4\x90\x80\x80", "\xed\xa0\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\x80", "\xff",
        "\xf8\x88\x80\x80\x80", "\xce ", "\xe1\xbd ", "\xf5\x80\x80\x80", "\xed\xbf\xbf"}) {
    CAPTURE(bad);
    const std::string payload = greek + bad + "edited";
    expect(frame(Opcode::text, payload), {{}, Errc::invalid_utf8});
    expect(frame(Opcode::text, greek + bad, {.fin = false}) + frame(Opcode::continuation, "edited"),
           {{}, Errc::invalid_utf8});
    // One octet per fragment.
    std::vector<std::byte> bytes = frame(Opcode::text, "", {.fin = false});
    for (char c : payload) bytes = bytes + frame(Opcode::continuation, std::string(1, c), {.fin = false});
    CHECK(decode({bytes}) == Decoded{{}, Errc::invalid_utf8});

    // One long frame, octet by octet: the error comes with the octet that no continuation can repair, and not before.
    auto whole = frame(Opcode::text, payload, {.fin = false});
    std::size_t first_bad = 0;
    while (Utf8Validator().feed(as_bytes(payload).first(first_bad + 1))) ++first_bad;
    ws::MessageDecoder decoder(Role::server, default_limits);
    std::size_t fed = 0;
    while (!decoder.error()) {
      REQUIRE(fed < whole.size());
      decoder.feed(Bytes(whole).subspan(fed++, 1));
      REQUIRE_FALSE(decoder.next());
    }
    CHECK(fed == 6 + first_bad + 1);
  }
  // A message that ends inside a character.
  for (std::size_t cut : {1, 3, 4, 6, 8, 10}) {
    expect(frame(Opcode::text, greek.substr(0, cut)), {{}, Errc::invalid_utf8});
    expect(frame(Opcode::text, greek.substr(0, cut), {.fin = false}) + frame(Opcode::continuation, ""),
           {{}, Errc::invalid_utf8});
  }
  expect(frame(Opcode::text, greek.substr(0, 4), {.fin = false}) + frame(Opcode::continuation, greek.substr(4)),
         {{text(greek)}, {}});
}

TEST_CASE("U2: NUL, a byte order mark and noncharacters are text like any other") {
  for (std::string_view payload :
       {std::string_view("a\0b", 3), std::string_view("\xef\xbb\xbfx"), std::string_view("\xef\xbf\xbe\xef\xbf\xbf"),
        std::string_view("\xf4\x8f\xbf\xbe"), std::string_view("\xf0\x9f\xbf\xbf")}) {
    expect(frame(Opcode::text, payload), {{text(payload)}, {}});
  }
  expect(frame(Opcode::binary, "\xff\xfe\x80"), {{binary("\xff\xfe\x80")}, {}});
}

TEST_CASE("a message of many reads is put together byte for byte") {
  std::string payload(300'000, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i * 31 >> 3);
  const auto bytes = frame(Opcode::binary, payload) + hello;
  for (std::size_t step : {1000u, 4096u, 65536u, 299'999u}) {
    std::vector<std::vector<std::byte>> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      pieces.emplace_back(from, from + static_cast<std::ptrdiff_t>(std::min(step, bytes.size() - at)));
    }
    CAPTURE(step);
    CHECK(decode(pieces) == Decoded{{binary(payload), text("Hello")}, {}});
  }
}
