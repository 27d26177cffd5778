// SPDX-License-Identifier: MIT
#include "protocol/http/body_decoder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::http;
using duplex::testing::for_each_split;

namespace {

constexpr Framing chunked{Framing::Kind::chunked};
Framing length(std::uint64_t n) { return {Framing::Kind::length, n}; }

struct Outcome {
  BodyStep::Kind kind = BodyStep::Kind::need_more;
  Errc error = Errc::ok;
  std::string body = {}, rest = {};
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

template <class Pieces>
Outcome decode_pieces(const Pieces& pieces, const Framing& framing, const BodyLimits& limits) {
  BodyDecoder decoder;
  Outcome out;
  if (out.error = decoder.start(framing, limits); out.error != Errc::ok) return {BodyStep::Kind::failed, out.error};
  for (const auto& piece : pieces) {
    std::vector<std::byte> bytes(piece.begin(), piece.end());
    Bytes input = bytes;
    BodyStep step;
    while ((step = decoder.feed(input, limits)).kind == BodyStep::Kind::data) out.body += as_text(step.data);
    out.kind = step.kind;
    out.error = step.error;
    if (step.kind == BodyStep::Kind::failed) return {step.kind, step.error};
    out.rest += as_text(input);
    if (step.kind == BodyStep::Kind::need_more) CHECK(input.empty());
  }
  return out;
}

Outcome decode(std::string_view text, const Framing& framing = chunked, const BodyLimits& limits = {}) {
  const Outcome expected = decode_pieces(std::vector{as_bytes(text)}, framing, limits);
  for_each_split(as_bytes(text),
                 [&](const auto& pieces) { CHECK(decode_pieces(pieces, framing, limits) == expected); });
  return expected;
}

std::string refusal(std::string_view text, const BodyLimits& limits = {}) {
  const Outcome outcome = decode(text, chunked, limits);
  if (outcome.kind == BodyStep::Kind::done) return "accepted";
  if (outcome.kind == BodyStep::Kind::need_more) return "unfinished";
  return std::to_string(status_for(outcome.error)) + " " + std::string(info(outcome.error).code);
}

}  // namespace

TEST_CASE("H14: a body of a known length ends there, and what follows is left") {
  CHECK(decode("HELLOEXTRA", length(5)) == Outcome{BodyStep::Kind::done, Errc::ok, "HELLO", "EXTRA"});
  CHECK(decode("HELL", length(5)) == Outcome{BodyStep::Kind::need_more, Errc::ok, "HELL", ""});
}

TEST_CASE("a message without a body is done before its first byte") {
  CHECK(decode("GET", Framing{}) == Outcome{BodyStep::Kind::done, Errc::ok, "", "GET"});
}

TEST_CASE("chunks are joined, wherever they are cut") {
  CHECK(decode("5\r\nhello\r\n1;a\r\n,\r\n006;foo=\"x\"\r\n world\r\n0\r\n\r\nGET /") ==
        Outcome{BodyStep::Kind::done, Errc::ok, "hello, world", "GET /"});
  CHECK(decode("a\r\n0123456789\r\n0;last\r\n\r\n").body == "0123456789");
  CHECK(decode("A\r\n01234567").kind == BodyStep::Kind::need_more);
}

TEST_CASE("body bytes are handed out where they lie, without an allocation") {
  std::vector<std::byte> bytes(as_bytes("5\r\nhello\r\n0\r\n\r\n").begin(), as_bytes("5\r\nhello\r\n0\r\n\r\n").end());
  Bytes input = bytes;
  BodyStep step;
  const auto allocations = duplex::testing::allocations_during([&] {
    BodyDecoder decoder;
    if (decoder.start(chunked, {}) == Errc::ok) step = decoder.feed(input, {});
  });
  CHECK(allocations == 0);
  CHECK(step.data.data() == bytes.data() + 3);
  CHECK(step.data.size() == 5);
}

TEST_CASE("H8: a chunk that does not begin with plain hexadecimal digits and CR LF is refused") {
  for (std::string_view line : {"G\r\n", "0x5\r\n", "5 \r\n", "5 junk\r\n", "5 ;a\r\n", "00000000000000005\r\n", "\r\n",
                                "5\nhello", "5\r\r\n", ";a\r\n", " 5\r\n", "-5\r\n", "+5\r\n", "5\t\r\n", "5\x0b\r\n",
                                "5;a\nhello\r\n", "5;a\x01\r\n", "5;a\r\rhello", "\xb5\r\n"}) {
    CHECK_MESSAGE(refusal(std::string(line) + "hello\r\n0\r\n\r\n") == "400 bad_chunk_size", line);
  }
  for (std::string_view line : {"5;a\r\n", "5;foo=\"x\"\r\n", "05\r\n", "0000000000000005\r\n"}) {
    CHECK_MESSAGE(refusal(std::string(line) + "hello\r\n0\r\n\r\n") == "accepted", line);
  }
}

TEST_CASE("H8: chunk data that is not followed by CR LF is refused") {
  CHECK(refusal("5\r\nhelloX\r\n0\r\n\r\n") == "400 bad_chunk_end");
  CHECK(refusal("5\r\nhello\n0\r\n\r\n") == "400 bad_chunk_end");
  CHECK(refusal("5\r\nhello\r0\r\n\r\n") == "400 bad_chunk_end");
  CHECK(refusal("5\r\nhello0\r\n\r\n") == "400 bad_chunk_end");
}

TEST_CASE("H9: chunk extensions are limited for each chunk and for the body") {
  const auto chunk = [](std::size_t extension) { return "1;" + std::string(extension - 1, 'e') + "\r\nx\r\n"; };
  const auto refused = [](std::string_view text) {
    return decode_pieces(std::vector{as_bytes(text)}, chunked, {}).error == Errc::chunk_extension_too_long;
  };
  CHECK_FALSE(refused(chunk(256)));
  CHECK(refused(chunk(257)));
  CHECK(refused(chunk(4096)));
  std::string many;
  for (int i = 0; i < 64; ++i) many += chunk(256);  // 16 KiB in all
  CHECK_FALSE(refused(many));
  CHECK(refused(many + chunk(1)));
  CHECK(refusal("1;eee\r\nx\r\n", {.chunk_extension = 3}) == "400 chunk_extension_too_long");
}

TEST_CASE("H11: trailers are checked and dropped, within their limit") {
  CHECK(decode("1\r\nx\r\n0\r\nChecksum: abc\r\nX-Two:\r\n\r\nrest") ==
        Outcome{BodyStep::Kind::done, Errc::ok, "x", "rest"});
  CHECK(refusal("0\r\nT: " + std::string(27, 't') + "\r\n\r\n", {.trailers = 32}) == "accepted");
  CHECK(refusal("0\r\nT: " + std::string(28, 't') + "\r\n\r\n", {.trailers = 32}) == "400 trailers_too_large");
  const std::string large = "0\r\nT: " + std::string(4096, 't');
  CHECK(decode_pieces(std::vector{as_bytes(large)}, chunked, {}).error == Errc::trailers_too_large);
}

TEST_CASE("H11: a trailer that must come before the body is refused") {
  for (std::string_view name : {"Host", "content-length", "TRANSFER-ENCODING", "Authorization", "Cookie", "Set-Cookie",
                                "Connection", "Upgrade", "Trailer", "TE", "Content-Type", "X-Forwarded-For"}) {
    CHECK(refusal("0\r\nOk: a\r\n" + std::string(name) + ": a\r\n\r\n") == "400 forbidden_trailer");
  }
  for (std::string_view name : {"Hos", "Hostx", "xHost", "content-lengt"}) {
    CHECK(refusal("0\r\n" + std::string(name) + ": a\r\n\r\n") == "accepted");
  }
}

TEST_CASE("H11: a malformed trailer is refused") {
  for (std::string_view line : {": a\r\n", " folded\r\n", "\tfolded\r\n", "Name : a\r\n", "no colon\r\n", "nocolon\r\n",
                                "A: b\n", "A: b\rC: d\r\n", "A: \x01\r\n", "\n", "A: b\r\r\n"}) {
    CHECK_MESSAGE(refusal("0\r\n" + std::string(line) + "\r\n") == "400 bad_trailer", line);
  }
  CHECK(refusal("0\r\n\rX") == "400 bad_trailer");
}

TEST_CASE("H15: a body whose announced length is over the limit is refused before its first byte") {
  BodyDecoder decoder;
  CHECK(decoder.start(length(2'147'483'648), {}) == Errc::body_too_large);
  CHECK(status_for(Errc::body_too_large) == 413);
  CHECK(decoder.start(length(1_MiB), {}) == Errc::ok);
}

TEST_CASE("a body that grows over its limit is refused, chunk sizes that overflow too") {
  const BodyLimits limits{.body = 8};
  CHECK(refusal("5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n", limits) == "accepted");
  CHECK(refusal("5\r\nhello\r\n4\r\nabcd\r\n0\r\n\r\n", limits) == "413 body_too_large");
  CHECK(refusal("5\r\nhello\r\nffffffffffffffff\r\n", limits) == "413 body_too_large");
  CHECK(decode("12345678", Framing{Framing::Kind::until_close}, limits).body == "12345678");
  CHECK(decode_pieces(std::vector{as_bytes("123456789")}, Framing{Framing::Kind::until_close}, limits).error ==
        Errc::body_too_large);
}

TEST_CASE("the end of the stream ends a body only if nothing else does") {
  BodyDecoder decoder;
  REQUIRE(decoder.start(chunked, {}) == Errc::ok);
  CHECK(decoder.finish() == Errc::body_cut_short);
  REQUIRE(decoder.start(length(1), {}) == Errc::ok);
  CHECK(decoder.finish() == Errc::body_cut_short);
  REQUIRE(decoder.start(Framing{Framing::Kind::until_close}, {}) == Errc::ok);
  CHECK(decoder.finish() == Errc::ok);
  REQUIRE(decoder.start({}, {}) == Errc::ok);
  CHECK(decoder.finish() == Errc::ok);
}
