// SPDX-License-Identifier: MIT
// permessage-deflate over Engine.IO, and packets that are encoded once for many: each receiver gets its own form.
#include "conformance/deflate.h"
#include "server/eio/session.h"
#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

const std::string websocket = "/socket.io/?EIO=4&transport=websocket";

std::string offer(std::string_view parameters = {}) {
  return "Sec-WebSocket-Extensions: permessage-deflate" + std::string(parameters) + "\r\n";
}

eio::EngineOptions deflating() {
  eio::EngineOptions options;
  options.per_message_deflate.enabled = true;
  return options;
}

std::string long_text() {
  std::string text;
  while (text.size() < 20'000) text += "line " + std::to_string(text.size()) + "\n";
  return text;
}

/// The payload of the next frame; compressed or not, as it is expected.
std::string payload(WsClient& client, int window_bits) {
  const auto frame = client.next();
  if (!frame) return "(nothing)";
  if ((frame->rsv == 4) != (window_bits != 0)) return "(rsv " + std::to_string(frame->rsv) + ")";
  if (window_bits == 0) return frame->payload;
  return conformance::Decompressor(window_bits, false)(frame->payload).value_or("(not DEFLATE)");
}

/// Sends one encoded packet to each of the sessions.
void broadcast(EioServer& eio, const std::vector<eio::Handle>& to, std::string_view text,
               std::span<const ConstBytes> attachments = {}, bool compress = true) {
  const auto packet = std::make_shared<const eio::SharedPacket>(text, attachments, compress);
  to.front().with([&](eio::Socket&) {
    eio::LoopPacket on_loop(packet, eio.server.reactor());
    for (const eio::Handle handle : to)
      if (eio::Session* session = eio::Session::find(handle.bits()))
        session->send_shared(on_loop, {.compress = compress});
  });
  eio.server.run();
}

}  // namespace

TEST_CASE("compressed messages go both ways over an Engine.IO WebSocket, with their type inside") {
  EioServer eio(deflating(), true);
  WsClient client(eio.server, websocket, offer());
  CHECK(payload(client, 0).starts_with("0{"));
  const std::string text = "4" + long_text();
  client.write(client_frame(conformance::Compressor(12, false)(text), 1, true, 4));
  CHECK(payload(client, 12) == text);
  client.write(client_frame(conformance::Compressor(12, false)(long_text()), 2, true, 4));
  CHECK(payload(client, 12) == long_text());
  client.send("4short");
  CHECK(payload(client, 0) == "4short");
}

TEST_CASE("a shared packet is compressed once for each window, and reaches everyone as it was") {
  EioServer eio(deflating());
  std::vector<std::unique_ptr<WsClient>> twelve, ten, plain;
  std::vector<eio::Handle> sessions;
  auto open = [&](auto& group, const std::string& headers) {
    group.push_back(std::make_unique<WsClient>(eio.server, websocket, headers));
    CHECK(payload(*group.back(), 0).starts_with("0{"));
    sessions.push_back(eio.told.newest);
  };
  for (int i = 0; i < 3; ++i) open(twelve, offer());
  for (int i = 0; i < 2; ++i) open(ten, offer("; server_max_window_bits=10"));
  for (int i = 0; i < 2; ++i) open(plain, "");
  const std::string polling = eio.open();
  sessions.push_back(eio.told.newest);

  const ws::DeflateContexts& contexts = ServerAccess::impl(*eio.server).loops.front()->ws.deflate();
  const auto before = contexts.compressions();
  const std::string text = long_text(), bytes(5000, '\x07');
  const ConstBytes attachment = as_bytes(bytes);
  broadcast(eio, sessions, text, std::span(&attachment, 1));
  CHECK(contexts.compressions() == before + 4);  // two frames, two windows
  for (auto* group : {&twelve, &ten, &plain})
    for (auto& client : *group) {
      const int bits = group == &twelve ? 12 : group == &ten ? 10 : 0;
      CHECK(payload(*client, bits) == "4" + text);
      CHECK(payload(*client, bits) == bytes);
      CHECK_FALSE(client->next());
    }
  const std::string body = eio.poll(polling).body;
  CHECK(body.starts_with("4" + text +
                         "\x1e"
                         "bBwcH"));
  CHECK(body.size() == 1 + text.size() + 2 + (bytes.size() + 2) / 3 * 4);

  broadcast(eio, sessions, text, {}, false);
  CHECK(contexts.compressions() == before + 4);
  for (auto* group : {&twelve, &ten, &plain})
    for (auto& client : *group) CHECK(payload(*client, 0) == "4" + text);
  CHECK(eio.poll(polling).body == "4" + text);
}

TEST_CASE("a shared packet that waited for a poll is compressed when it leaves over the WebSocket of an upgrade") {
  EioServer eio(deflating());
  const std::string sid = eio.open();
  const std::vector sessions{eio.told.newest};
  WsClient client(eio.server, websocket + "&sid=" + sid, offer());
  client.send("2probe");
  CHECK(payload(client, 0) == "3probe");
  const std::string text = long_text();
  broadcast(eio, sessions, text);
  eio.send("between");
  broadcast(eio, sessions, text, {}, false);
  client.send("5");
  CHECK(payload(client, 12) == "4" + text);
  CHECK(payload(client, 0) == "4between");
  CHECK(payload(client, 0) == "4" + text);
  CHECK_FALSE(client.next());
}
