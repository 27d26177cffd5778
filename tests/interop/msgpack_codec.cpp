// SPDX-License-Identifier: MIT
// MessagePack for msgpack_differential.mjs: a line of JSON out for each line in, whose first word says what is wanted.
//   value <hex>                  what it is as JSON, its binaries, and the same written again
//   json <hex> <binaries' hex>…  the MessagePack of a JSON text
//   packet <hex>                 what the parser makes of it, and the same encoded again
#include <cstdio>
#include <iostream>
#include <sstream>

#include <duplex/json.h>

#include "protocol/sio/error.h"
#include "protocol/sio/msgpack_json.h"
#include "protocol/sio/packet.h"

using namespace duplex;

namespace {

std::string from_hex(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  char two[3];
  for (const char c : bytes) {
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    text += two;
  }
  return text;
}

std::vector<std::string> to_hex(std::span<const json::Binary> binaries) {
  std::vector<std::string> all;
  for (const json::Binary each : binaries) all.push_back(to_hex(as_text(each)));
  return all;
}

json::Text refused(std::error_code error) { return json::object("error", error.message()); }

/// Writes each value as it was read; an ext 8 to 32 of type 0 becomes bin.
std::string again(std::string_view bytes) {
  std::string out;
  msgpack::Reader reader(as_bytes(bytes));
  msgpack::Writer writer(out);
  msgpack::Value value;
  while (!reader.at_end() && reader.next(value) == msgpack::Errc::ok) {
    switch (value.kind) {
      case msgpack::Kind::nil:
        writer.nil();
        break;
      case msgpack::Kind::undefined:
        writer.undefined();
        break;
      case msgpack::Kind::boolean:
        writer.boolean(value.boolean);
        break;
      case msgpack::Kind::integer:
        writer.integer(value.integer);
        break;
      case msgpack::Kind::unsigned_integer:
        writer.unsigned_integer(value.unsigned_integer);
        break;
      case msgpack::Kind::real:
        writer.number(value.real);
        break;
      case msgpack::Kind::string:
        writer.string(value.text());
        break;
      case msgpack::Kind::binary:
        writer.binary(value.bytes);
        break;
      case msgpack::Kind::date:
        writer.date(value.integer);
        break;
      case msgpack::Kind::extension:
        break;
      case msgpack::Kind::array:
        writer.array(value.size);
        break;
      case msgpack::Kind::map:
        writer.map(value.size);
        break;
    }
  }
  return out;
}

json::Text value_of(std::string_view bytes) {
  msgpack::Reader reader(as_bytes(bytes));
  std::string text;
  std::vector<json::Binary> binaries;
  if (const auto error = sio::append_json(reader, {}, text, binaries)) return refused(error);
  if (!reader.at_end()) return refused(msgpack::Errc::trailing_bytes);
  return json::object("json", text, "binaries", to_hex(binaries), "again", to_hex(again(bytes)));
}

json::Text encoded(std::string_view text, std::span<const json::Binary> binaries) {
  std::string out;
  msgpack::Writer writer(out);
  sio::append_msgpack(writer, text, binaries);
  return json::object("bytes", to_hex(out));
}

json::Text packet_of(std::string_view bytes) {
  const auto parser = sio::msgpack_parser();
  sio::Parsed parsed;
  if (const auto error = parser->decode(ws::Message(as_bytes(bytes)), {}, parsed)) return refused(error);
  if (const auto error = sio::check(parsed.packet, {}, parsed.is_valid)) return refused(sio::make_error_code(*error));
  std::string out;
  parser->encode(parsed.packet, parsed.binaries, out);
  return json::object("type", static_cast<int>(parsed.packet.type), "nsp", parsed.packet.nsp, "id", parsed.packet.id,
                      "json", parsed.packet.payload, "binaries", to_hex(parsed.binaries), "again", to_hex(out));
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what, hex;
    words >> what >> hex;
    const std::string bytes = from_hex(hex);
    std::vector<std::string> kept;
    while (words >> hex) kept.push_back(from_hex(hex == "-" ? "" : hex));
    std::vector<json::Binary> binaries;
    for (const std::string& each : kept) binaries.push_back(as_bytes(each));
    const json::Text answer = what == "value"  ? value_of(bytes)
                              : what == "json" ? encoded(bytes, binaries)
                                               : packet_of(bytes);
    std::puts(std::string(answer.text()).c_str());
  }
}
