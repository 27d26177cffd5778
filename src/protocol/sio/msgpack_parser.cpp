// SPDX-License-Identifier: MIT
// The packets of npm socket.io-msgpack-parser 3: a map of `type`, `nsp`, and `data` and `id` if there are any.
#include <duplex/sio_parser.h>

#include <cmath>

#include "protocol/sio/error.h"
#include "protocol/sio/msgpack_json.h"

namespace duplex::sio {

Parser::~Parser() = default;

namespace {

using msgpack::Kind;
using msgpack::Value;

/// A number that counts something: JavaScript does not care whether it is written as an integer.
std::optional<std::uint64_t> count_in(const Value& value) noexcept {
  if (value.kind == Kind::unsigned_integer) return value.unsigned_integer;
  if (value.kind == Kind::real && value.real >= 0 && value.real < 0x1p53 && std::trunc(value.real) == value.real)
    return static_cast<std::uint64_t>(value.real);
  return std::nullopt;
}

std::error_code read_type(msgpack::Reader& in, Packet& packet) {
  Value value;
  if (const auto e = in.next(value); e != msgpack::Errc::ok) return e;
  const auto type = count_in(value);
  if (!type || *type > static_cast<std::uint64_t>(PacketType::connect_error)) return Errc::unknown_type;
  packet.type = static_cast<PacketType>(*type);
  return {};
}

std::error_code read_nsp(msgpack::Reader& in, Packet& packet) {
  Value value;
  if (const auto e = in.next(value); e != msgpack::Errc::ok) return e;
  if (value.kind != Kind::string) return Errc::bad_namespace;
  packet.nsp = value.text();
  return {};
}

std::error_code read_id(msgpack::Reader& in, Packet& packet) {
  Value value;
  if (const auto e = in.next(value); e != msgpack::Errc::ok) return e;
  packet.id = count_in(value);
  return packet.id || value.kind == Kind::undefined ? std::error_code() : Errc::bad_ack_id;
}

std::error_code read_data(msgpack::Reader& in, const ParserLimits& limits, Parsed& out) {
  out.text.clear();  // the last of several counts
  out.binaries.clear();
  msgpack::Reader ahead = in;
  Value value;
  if (const auto e = ahead.next(value); e != msgpack::Errc::ok) return e;
  // As JSON they would look like an object and a string.
  if (value.kind == Kind::binary || value.kind == Kind::date) return Errc::wrong_payload;
  if (value.kind != Kind::undefined) return append_json(in, limits, out.text, out.binaries);
  in = ahead;
  return {};
}

class MsgpackParser final : public Parser {
 public:
  std::error_code decode(ws::Message message, const ParserLimits& limits, Parsed& out) const override {
    if (message.is_text()) return Errc::wrong_message_kind;
    msgpack::Reader in(message.bytes());
    Value value;
    if (const auto e = in.next(value); e != msgpack::Errc::ok) return e;
    if (value.kind != Kind::map) return Errc::unknown_type;
    out.text.clear();
    out.binaries.clear();
    Packet& packet = out.packet;
    packet = {};
    packet.nsp = {};
    bool has_type = false;
    for (std::uint32_t left = value.size; left != 0; --left) {
      Value key;
      if (const auto e = in.next(key); e != msgpack::Errc::ok) return e;
      if (key.kind != Kind::string) return msgpack::Errc::bad_key;
      const std::string_view name = key.text();
      std::error_code error;
      if (name == "type") {
        has_type = true;
        error = read_type(in, packet);
      } else if (name == "data") {
        error = read_data(in, limits, out);
      } else if (name == "nsp") {
        error = read_nsp(in, packet);
      } else if (name == "id") {
        error = read_id(in, packet);
      } else {
        error = in.skip();
      }
      if (error) return error;
    }
    if (!in.at_end()) return msgpack::Errc::trailing_bytes;
    if (!has_type) return Errc::unknown_type;
    packet.attachments = static_cast<std::uint32_t>(out.binaries.size());
    packet.payload = out.text;
    out.is_valid = true;
    return {};
  }

  Form encode(const Packet& packet, std::span<const json::Binary> binaries, std::string& out) const override {
    // In the order in which Node's server names them.
    msgpack::Writer w(out);
    const bool is_answer = is_ack(packet.type);
    w.map(std::size_t{2} + (packet.payload.empty() ? 0 : 1) + (packet.id ? 1 : 0));
    if (packet.id && is_answer) write_id(w, *packet.id);
    w.string("type");
    w.unsigned_integer(static_cast<std::uint64_t>(packet.type));
    if (!packet.payload.empty()) {
      w.string("data");
      if (packet.type != PacketType::connect || !write_session(w, json::View(packet.payload)))
        append_msgpack(w, packet.payload, binaries);
    }
    if (packet.id && !is_answer) write_id(w, *packet.id);
    w.string("nsp");
    w.string(packet.nsp);
    return Form::bytes;
  }

 private:
  /// Node names the private id even where there is none. True if that is the case.
  static bool write_session(msgpack::Writer& w, json::View session) {
    const json::View sid = session["sid"];
    if (!sid || session["pid"]) return false;
    w.map(2);
    w.string("sid");
    append_msgpack(w, sid.text(), {});
    w.string("pid");
    w.undefined();
    return true;
  }
  static void write_id(msgpack::Writer& w, std::uint64_t id) {
    w.string("id");
    w.unsigned_integer(id);
  }
};

}  // namespace

std::shared_ptr<const Parser> msgpack_parser() {
  static const auto instance = std::make_shared<const MsgpackParser>();
  return instance;
}

}  // namespace duplex::sio
