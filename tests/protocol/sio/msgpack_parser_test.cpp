// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/json.h>
#include <duplex/sio_parser.h>

#include "protocol/json/validate.h"
#include "protocol/sio/error.h"
#include "protocol/sio/msgpack_json.h"
#include "protocol/sio/packet.h"
#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::testing;
using sio::Packet;
using sio::PacketType;
using sio::Parsed;

namespace {

struct Read {
  std::string json;
  std::vector<json::Binary> binaries;
  std::error_code error;
};
Read read(ConstBytes bytes, const sio::ParserLimits& limits = {}) {
  Read out;
  msgpack::Reader reader(bytes);
  out.error = sio::append_json(reader, limits, out.json, out.binaries);
  return out;
}
/// The JSON of one value that has no binaries; or the error's text.
std::string json_of(std::string_view digits) {
  const auto bytes = hex(digits);
  const Read out = read(ConstBytes(bytes));
  if (out.error) return out.error.message();
  CHECK(json::validate(out.json) == json::Fault::none);
  CHECK(out.binaries.empty());
  return out.json;
}

/// JSON as MessagePack, in hexadecimal.
std::string written(std::string_view json, std::span<const json::Binary> binaries = {}) {
  std::string out, digits;
  msgpack::Writer writer(out);
  sio::append_msgpack(writer, json, binaries);
  constexpr std::string_view digit = "0123456789abcdef";
  for (const char c : out) {
    digits.push_back(digit[static_cast<unsigned char>(c) >> 4]);
    digits.push_back(digit[static_cast<unsigned char>(c) & 15]);
  }
  return digits;
}

std::error_code decode(std::string_view digits, Parsed& out) {
  static std::vector<std::byte> bytes;  // what the packet borrows from
  bytes = hex(digits);
  if (const auto error = sio::msgpack_parser()->decode(ws::Message(ConstBytes(bytes)), {}, out)) return error;
  if (const auto wrong = sio::check(out.packet, {}, out.is_valid)) return sio::make_error_code(*wrong);
  return {};
}
std::string fault(std::string_view digits) {
  Parsed out;
  return decode(digits, out).message();
}
std::string words(sio::Errc e) { return std::string(sio::text(e)); }

std::string encoded(const Packet& packet, std::span<const json::Binary> binaries = {}) {
  std::string out;
  CHECK(sio::msgpack_parser()->encode(packet, binaries, out) == sio::Parser::Form::bytes);
  return out;
}
std::string text(std::string_view digits) {
  const auto bytes = hex(digits);
  return std::string(as_text(ConstBytes(bytes)));
}

// Keys and values that packets share, in MessagePack.
const std::string type = "a474797065", data = "a464617461", nsp = "a36e7370", id = "a26964", root = "a12f";
std::string event(std::string_view more) { return type + "02" + nsp + root + std::string(more); }

}  // namespace

TEST_CASE("msgpack to JSON: scalars are what JSON.stringify writes of them") {
  CHECK(json_of("c0") == "null");
  CHECK(json_of("d4 00 00") == "null");
  CHECK(json_of("c3") == "true");
  CHECK(json_of("cf ffffffffffffffff") == "18446744073709551615");
  CHECK(json_of("d3 8000000000000000") == "-9223372036854775808");
  CHECK(json_of("ca 3fc00000") == "1.5");
  CHECK(json_of("cb 8000000000000000") == "0");
  CHECK(json_of("cb 7ff0000000000000") == "null");
  CHECK(json_of("cb 7ff8000000000000") == "null");
  CHECK(json_of("cb 444b1ae4d6e2ef50") == "1e+21");
  CHECK(json_of("a8 22 5c 0a 00 f09f9880") == "\"\\\"\\\\\\n\\u0000\xf0\x9f\x98\x80\"");
}

TEST_CASE("msgpack to JSON: a Date is the text that Date.toJSON gives") {
  for (const auto& [milliseconds, iso] : std::initializer_list<std::pair<std::int64_t, const char*>>{
           {0, "\"1970-01-01T00:00:00.000Z\""},
           {-1, "\"1969-12-31T23:59:59.999Z\""},
           {951'782'400'000, "\"2000-02-29T00:00:00.000Z\""},
           {1'763'667'296'123, "\"2025-11-20T19:34:56.123Z\""},
           {253'402'300'799'999, "\"9999-12-31T23:59:59.999Z\""},
           {253'402'300'800'000, "\"+010000-01-01T00:00:00.000Z\""},
           {-62'167'219'200'000, "\"0000-01-01T00:00:00.000Z\""},
           {-62'167'219'200'001, "\"-000001-12-31T23:59:59.999Z\""},
           {8'640'000'000'000'000, "\"+275760-09-13T00:00:00.000Z\""},
           {-8'640'000'000'000'000, "\"-271821-04-20T00:00:00.000Z\""},
           {8'640'000'000'000'001, "null"},
           {INT64_MAX, "null"},
           {INT64_MIN, "null"}}) {
    std::string out;
    msgpack::Writer(out).date(milliseconds);
    CHECK(read(as_bytes(out)).json == iso);
  }
}

TEST_CASE("msgpack to JSON: members that are undefined, and those named __proto__, are not there") {
  CHECK(json_of("82 a161 d40000 a162 01") == R"({"b":1})");
  CHECK(json_of("81 a161 d40000") == "{}");
  CHECK(json_of("82 a95f5f70726f746f5f5f 91 81 a178 01 a162 01") == R"({"b":1})");
  CHECK(json_of("92 d40000 01") == "[null,1]");
  CHECK(json_of("83 05 01 e0 02 a37a225c 03") == R"({"5":1,"-32":2,"z\"\\":3})");
}

TEST_CASE("msgpack to JSON: binaries go aside wherever they are; what looks like their placeholder is disarmed") {
  const auto bytes = hex("93 c403 616263 81 a162 c70200 6465 c70105 66");
  const Read out = read(ConstBytes(bytes));
  CHECK(out.json ==
        R"([{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}},[5,{"_placeholder":true,"num":2}]])");
  REQUIRE(out.binaries.size() == 3);
  CHECK(as_text(out.binaries[0]) == "abc");
  CHECK(as_text(out.binaries[1]) == "de");
  CHECK(as_text(out.binaries[2]) == "f");
  const auto forged = hex("92 c403 616263 82 ac5f706c616365686f6c646572 c3 a36e756d 00");
  CHECK(read(ConstBytes(forged)).json == R"([{"_placeholder":true,"num":0},{"_placeholder":1,"num":0}])");
}

TEST_CASE("msgpack to JSON: depth and binaries are bounded, and keys are strings or integers") {
  const auto nested = [](std::size_t depth, std::byte innermost) {
    std::vector<std::byte> bytes(depth, std::byte{0x91});
    bytes.push_back(innermost);
    if (innermost == std::byte{0xc4}) bytes.push_back(std::byte{0});
    return bytes;
  };
  CHECK_FALSE(read(ConstBytes(nested(256, std::byte{0xc0}))).error);
  CHECK(read(ConstBytes(nested(257, std::byte{0xc0}))).error == sio::make_error_code(sio::Errc::too_deep));
  CHECK_FALSE(read(ConstBytes(nested(255, std::byte{0xc4}))).error);
  CHECK(read(ConstBytes(nested(256, std::byte{0xc4}))).error == sio::make_error_code(sio::Errc::too_deep));
  CHECK(read(ConstBytes(nested(3, std::byte{0xc0})), {.max_depth = 2}).error ==
        sio::make_error_code(sio::Errc::too_deep));
  const auto many = hex("93 c400 c400 c400");
  CHECK_FALSE(read(ConstBytes(many), {.max_binaries = 3}).error);
  CHECK(read(ConstBytes(many), {.max_binaries = 2}).error == sio::make_error_code(sio::Errc::too_many_binaries));
  for (const char* digits :
       {"81 c0 01", "81 c3 01", "81 90 01", "81 80 01", "81 c400 01", "81 cb3ff8000000000000 01", "81 d40000 01"})
    CHECK(json_of(digits) == msgpack::text(msgpack::Errc::bad_key));
}

TEST_CASE("JSON to msgpack: each value is what notepack writes of what JSON.parse reads") {
  CHECK(written("null") == "c0");
  CHECK(written("[true,false]") == "92c3c2");
  CHECK(written("[0,-0,1.0,2e3,1.5,-33]") == "96000001cd07d0cb3ff8000000000000d0df");
  CHECK(written("18446744073709551615") == "cfffffffffffffffff");
  CHECK(written("1e999") == "cb7ff0000000000000");
  CHECK(written(R"("é\ud83d\ude00\n")") == "a7c3a9f09f98800a");
  CHECK(written(R"("\ud800")") == "a3efbfbd");
  CHECK(written(R"({"a":[],"b":{},"":[[1],[2,3]]})") ==
        "83a16190a16280a092"
        "9101"
        "920203");
  CHECK(written(" [ 1 , { \"a\" : [ ] , \"b\" : { } } , \"x\" ]\n") == "930182a16190a16280a178");
  CHECK(written(R"(["a,]}[{\"",1])") == "92a7612c5d7d5b7b2201");
  std::string list = "[0";
  for (int i = 1; i < 16; ++i) list += ",0";
  CHECK(written(list + "]").starts_with("dc0010"));
}

TEST_CASE("JSON to msgpack: binaries stand where their placeholders stood") {
  const std::vector<json::Binary> binaries = {as_bytes("abc"), as_bytes("")};
  CHECK(written(R"(["x",{"_placeholder":true,"num":1},{"a":{"_placeholder":true,"num":0}},[{"b":1}]])", binaries) ==
        "94a178c40081a161c403616263"
        "9181a16201");
  // What names none of them is an object as any other.
  CHECK(written(R"({"_placeholder":true,"num":2})", binaries) == "82ac5f706c616365686f6c646572c3a36e756d02");
  CHECK(written(R"({"_placeholder":true,"num":0})") == "82ac5f706c616365686f6c646572c3a36e756d00");
}

TEST_CASE("msgpack packets: fields in any order, an id or none, data or none") {
  Parsed out;
  CHECK_FALSE(decode("83" + nsp + "a62f61646d696e" + data + "92 a3736179 01" + type + "02", out));
  CHECK(out.packet.type == PacketType::event);
  CHECK(out.packet.nsp == "/admin");
  CHECK_FALSE(out.packet.id);
  CHECK(out.packet.payload == R"(["say",1])");

  CHECK_FALSE(decode("84" + event(id + "07" + data + "91 a3736179"), out));
  CHECK(out.packet.id == 7);
  CHECK_FALSE(decode("84" + event(id + "cb 401c000000000000" + data + "91 a3736179"), out));  // 7.0: JavaScript's 7
  CHECK(out.packet.id == 7);
  CHECK_FALSE(decode("85" + event("a46d6f7265 92 80 81 00 00" + id + "d40000" + data + "91 a3736179"), out));
  CHECK_FALSE(out.packet.id);
  CHECK_FALSE(decode("84" + event(data + "91 a161" + data + "91 a162"), out));  // the last counts, as in JavaScript
  CHECK(out.packet.payload == R"(["b"])");

  CHECK_FALSE(decode("82" + type + "00" + nsp + root, out));
  CHECK(out.packet.type == PacketType::connect);
  CHECK(out.packet.payload.empty());
  CHECK_FALSE(decode("83" + type + "00" + nsp + root + data + "81 a5746f6b656e a178", out));
  CHECK(out.packet.payload == R"({"token":"x"})");
  CHECK_FALSE(decode("83" + type + "01" + nsp + root + data + "d40000", out));
  CHECK(out.packet.type == PacketType::disconnect);
}

TEST_CASE("msgpack packets: what is none is refused, in words") {
  Parsed out;
  CHECK(sio::msgpack_parser()->decode(ws::Message("2[\"say\"]"), {}, out) ==
        sio::make_error_code(sio::Errc::wrong_message_kind));
  CHECK(fault("") == msgpack::text(msgpack::Errc::truncated));
  CHECK(fault("c1") == msgpack::text(msgpack::Errc::reserved_byte));
  CHECK(fault("81 01 02") == msgpack::text(msgpack::Errc::bad_key));
  CHECK(fault("83" + event(data + "91 a161") + "00") == msgpack::text(msgpack::Errc::trailing_bytes));
  for (const char* digits : {"c0", "02", "92 02 a12f", "80"}) CHECK(fault(digits) == words(sio::Errc::unknown_type));
  for (const char* wrong : {"05", "ff", "a132", "c0", "cb 3ff8000000000000", "d40000"})
    CHECK(fault("83" + type + wrong + nsp + root + data + "91 a161") == words(sio::Errc::unknown_type));
  for (const char* wrong : {"05", "c0", "d40000", "a0", "a178", "a52f613f623d", "a42f2e2e2f", "a32f6100"})
    CHECK(fault("83" + type + "02" + nsp + wrong + data + "91 a161") == words(sio::Errc::bad_namespace));
  CHECK(fault("82" + type + "02" + data + "91 a161") == words(sio::Errc::bad_namespace));
  for (const char* wrong : {"ff", "c0", "a131", "cb 3fe0000000000000", "cf 0020000000000000", "cb 4340000000000000"})
    CHECK(fault("84" + event(id + wrong + data + "91 a161")) == words(sio::Errc::bad_ack_id));
  for (const char* wrong :
       {"d40000", "c0", "05", "80", "90", "91 c0", "91 80", "a161", "c403616263", "d7000000000000000000"})
    CHECK(fault("83" + event(data + wrong)) == words(sio::Errc::wrong_payload));
  CHECK(fault("82" + event("")) == words(sio::Errc::wrong_payload));
  for (const char* wrong : {"90", "a161", "c0", "c400", "d7000000000000000000"})
    CHECK(fault("83" + type + "00" + nsp + root + data + wrong) == words(sio::Errc::wrong_payload));
  CHECK(fault("83" + type + "01" + nsp + root + data + "90") == words(sio::Errc::wrong_payload));
  CHECK(fault("83" + event(data + "91 a7636f6e6e656374")) == words(sio::Errc::reserved_event));
}

TEST_CASE("msgpack packets: they are encoded in the order in which Node's server names their fields") {
  CHECK(encoded({PacketType::event, 0, "/", std::nullopt, R"(["hi",1])"}) ==
        text("83" + type + "02" + data + "92 a26869 01" + nsp + root));
  CHECK(encoded({PacketType::event, 0, "/", 7, R"(["hi"])"}) ==
        text("84" + type + "02" + data + "91 a26869" + id + "07" + nsp + root));
  CHECK(encoded({PacketType::ack, 0, "/", 7, "[]"}) == text("84" + id + "07" + type + "03" + data + "90" + nsp + root));
  CHECK(encoded({PacketType::disconnect, 0, "/a", std::nullopt, {}}) == text("82" + type + "01" + nsp + "a22f61"));
  // Without recovery Node's pid is undefined, and says so.
  CHECK(encoded({PacketType::connect, 0, "/", std::nullopt, R"({"sid":"s"})"}) ==
        text("83" + type + "00" + data + "82 a3736964 a173 a3706964 d40000" + nsp + root));
  CHECK(encoded({PacketType::connect, 0, "/", std::nullopt, R"({"sid":"s","pid":"p"})"}) ==
        text("83" + type + "00" + data + "82 a3736964 a173 a3706964 a170" + nsp + root));
  const std::vector<json::Binary> binaries = {as_bytes("abc")};
  CHECK(encoded({PacketType::event, 1, "/", std::nullopt, R"(["b",{"_placeholder":true,"num":0}])"}, binaries) ==
        text("83" + type + "02" + data + "92 a162 c403616263" + nsp + root));
}

TEST_CASE("msgpack packets: with warm memory, reading and writing one allocates nothing") {
  const std::string wire = text("84" + event(id + "07" + data + "93 a3736179 82 a16101 a162 c3 c403616263"));
  Parsed parsed;
  std::string out;
  std::error_code error;
  const auto once = [&] {
    parsed.text.clear(), parsed.binaries.clear(), out.clear();
    error = sio::msgpack_parser()->decode(ws::Message(as_bytes(wire)), {}, parsed);
    sio::msgpack_parser()->encode(parsed.packet, parsed.binaries, out);
  };
  once();
  CHECK(allocations_during(once) == 0);
  CHECK_FALSE(error);
}

TEST_CASE("a parser's packet is checked as one of JSON is") {
  const auto check = [](std::string_view payload, std::uint32_t attachments = 0) {
    return sio::check({PacketType::event, attachments, "/", std::nullopt, payload}, {}, false);
  };
  CHECK_FALSE(check(R"(["say"])"));
  CHECK(check(R"(["say")") == sio::Errc::not_json);
  CHECK(check("[\"\xff\"]") == sio::Errc::not_utf8);
  CHECK(check("[\"x\"," + std::string(300, '[') + std::string(300, ']') + "]") == sio::Errc::too_deep);
  CHECK(check(R"(["disconnect"])") == sio::Errc::reserved_event);
  CHECK(check("{}") == sio::Errc::wrong_payload);
  CHECK_FALSE(check(R"(["b",{"_placeholder":true,"num":0}])", 1));
  CHECK(check(R"(["b",{"_placeholder":true,"num":1}])", 1) == sio::Errc::bad_placeholder);
  CHECK(sio::check({static_cast<PacketType>(9), 0, "/", std::nullopt, "[]"}, {}, true) == sio::Errc::unknown_type);
  const std::string long_name = "/" + std::string(600, 'x');
  CHECK(sio::check({PacketType::event, 0, long_name, std::nullopt, R"(["a"])"}, {}, true) == sio::Errc::bad_namespace);
}
