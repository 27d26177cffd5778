// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_parser.h>

#include "core/buffer.h"
#include "protocol/sio/encode.h"
#include "protocol/sio/packet.h"
#include "sio.h"
#include "support/hex.h"

namespace duplex::testing {

inline sio::Options with_msgpack(sio::Options options = {}) {
  options.parser = sio::msgpack_parser();
  return options;
}

/// What the client of a server with another parser sends and hears: tests write and read packets as JSON has them, with
/// their binaries beside them.
class ParserClient {
 public:
  explicit ParserClient(SioServer& server, std::string_view first = {}, std::size_t loop = 0)
      : server_(server.server), ws_(server.server, "/socket.io/?EIO=4&transport=websocket", {}, loop) {
    ws_.next();  // Engine.IO's handshake
    if (!first.empty()) send(first);
  }

  void send(std::string_view packet, std::span<const json::Binary> binaries = {}) {
    ws_.send(encoded(packet, binaries), 2);
  }
  static std::string encoded(std::string_view packet, std::span<const json::Binary> binaries = {}) {
    sio::Packet parsed = *sio::decode(packet, {.max_namespace = 4096});
    if (parsed.type == sio::PacketType::binary_event) parsed.type = sio::PacketType::event;
    std::string bytes;
    sio::msgpack_parser()->encode(parsed, binaries, bytes);
    return bytes;
  }
  void send_bytes(std::string_view digits) {
    const auto bytes = hex(digits);
    ws_.send(as_text(ConstBytes(bytes)), 2);
  }
  void send_text(std::string_view packet) { ws_.send("4" + std::string(packet)); }
  std::string ask(std::string_view packet, std::span<const json::Binary> binaries = {}) {
    send(packet, binaries);
    return next();
  }
  /// The next packet, as JSON without the number of attachments; "close" when the connection is closed, "" when there
  /// is nothing.
  std::string next() {
    for (;;) {
      const auto frame = ws_.next();
      if (!frame) return {};
      if (frame->opcode == 8) return "close";
      if (frame->opcode == 1) {
        CHECK(frame->payload == "2");  // everything else is binary
        ws_.send("3");
        continue;
      }
      parsed_ = {};
      bytes_ = frame->payload;
      CHECK_FALSE(sio::msgpack_parser()->decode(ws::Message(as_bytes(bytes_)), {}, parsed_));
      Buffer text;
      parsed_.packet.attachments = 0;
      sio::encode(text, parsed_.packet);
      return std::string(text.text());
    }
  }
  /// Of the packet that came last.
  const std::vector<json::Binary>& binaries() const noexcept { return parsed_.binaries; }
  bool closed() {
    for (std::string packet = next(); !packet.empty(); packet = next())
      if (packet == "close") return true;
    return ws_.peer().ended();
  }
  void reset() {
    ws_.peer().reset();
    server_.run();
  }
  net::MemoryPeer& peer() { return ws_.peer(); }

 private:
  MemoryServer& server_;
  WsClient ws_;
  std::string bytes_;
  sio::Parsed parsed_;
};

}  // namespace duplex::testing
