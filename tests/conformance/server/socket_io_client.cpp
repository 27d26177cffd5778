// SPDX-License-Identifier: MIT
// The server that the JavaScript client's own test suite expects (packages/socket.io-client of socketio/socket.io).
#include <duplex/sio.h>

#include <chrono>
#include <ctime>
#include <mutex>
#include <set>
#include <thread>

#include "suites.h"

namespace duplex::conformance {
namespace {

std::string iso_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &parts)};
}

json::Binary bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Has the socket said the first of two things that must come in order?
bool said_first(sio::Socket& socket) { return socket.data().is_bool(); }

void binaries(sio::Io& io) {
  io.on("doge", [](sio::Socket& socket) { socket.emit("doge", bytes_of("asdfasdf")); });
  io.on("buffa", [](sio::Socket& socket, json::Binary) { socket.emit("buffack"); });
  io.on("jsonbuff", [](sio::Socket& socket, json::View object) {
    if (object["hello"] == "lol" && object["message"].is_binary() && object["goodbye"] == "gotcha")
      socket.emit("jsonbuff-ack");
  });
  io.on("abuff1", [](sio::Socket& socket, json::Binary) { socket.set_data(true); });
  io.on("abuff2", [](sio::Socket& socket) {
    if (said_first(socket)) socket.emit("abuff2-ack");
  });
  io.on("blob", [](sio::Socket& socket, json::Binary) { socket.emit("back"); });
  io.on("jsonblob", [](sio::Socket& socket, json::View object) {
    if (object["hello"] == "lol" && object["message"].is_binary() && object["goodbye"] == "gotcha")
      socket.emit("jsonblob-ack");
  });
  io.on("blob1", [](sio::Socket& socket, json::Binary) { socket.set_data(true); });
  io.on("blob2", [](sio::Socket& socket, std::string_view text) {
    if (said_first(socket) && text == "second") socket.set_data(false);
  });
  io.on("blob3", [](sio::Socket& socket, json::Binary) {
    if (said_first(socket)) socket.emit("blob3-ack");
  });
  io.on("getbin", [](sio::Socket& socket) { socket.emit("takebin", bytes_of("asdfasdf")); });
}

void texts(sio::Io& io) {
  io.on("hi", [](sio::Socket& socket) { socket.emit("hi"); });
  io.on("echo", [](json::View value, sio::Ack ack) { ack(value); });
  io.on("ack", [](sio::Socket& socket) {
    socket.emit("ack", sio::within([handle = socket.handle()](Result<sio::Answer> answer) {
                  if (!answer || answer->all.at(0).text() != "5" || answer->all.at(1)["test"].text() != "true") return;
                  handle.emit("got it");
                }));
  });
  io.on("getAckDate", [](std::optional<json::View>, sio::Ack ack) { ack(iso_now()); });
  io.on("getDate", [](sio::Socket& socket) { socket.emit("takeDate", iso_now()); });
  io.on("getDateObj", [](sio::Socket& socket) { socket.emit("takeDateObj", json::object("date", iso_now())); });
  io.on("getUtf8", [](sio::Socket& socket) {
    for (const char* text : {"てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"})
      socket.emit("takeUtf8", text);
  });
  io.on("false", [](sio::Socket& socket) { socket.emit("false", false); });
  io.on("getHandshake", [](sio::Socket& socket, sio::Ack ack) { ack(socket.handshake().json()); });
  io.on("getId", [](sio::Socket& socket, sio::Ack ack) { ack(socket.id()); });
}

}  // namespace

int run_socket_io_client(const SuiteOptions& options) {
  Server server(server_options(options));
  // Some of its tests count on a server that takes a moment to let a client in.
  const auto admit = [&loop = server.loop()](const eio::RequestInfo&, eio::Admission admission) {
    loop.after(10ms, [admission = std::move(admission)]() mutable { admission.allow(); });
  };
  sio::Options io_options;
  io_options.engine = engine_options(options);
  io_options.engine.ping_interval = 2000ms;
  io_options.engine.cors.origins = {"*"};
  io_options.engine.allow_request = admit;
  io_options.recovery.enabled = true;
  io_options.parser = parser_of(options);
  sio::Io& io = server.io(std::move(io_options));

  io.use(
      [](sio::Handshake& hs) { return hs.query("fail") ? sio::refuse("Auth failed (main namespace)") : sio::accept; });
  texts(io);
  binaries(io);
  io.of("/foo").on("getId", [](sio::Socket& socket, sio::Ack ack) { ack(socket.id()); });
  for (const char* name : {"/timeout_socket", "/valid", "/asd"}) io.of(name);
  io.of("/abc").on_connect([](sio::Socket& socket) { socket.emit("handshake", socket.handshake().json()); });
  io.of("/no").use([](sio::Handshake&) { return sio::refuse("Auth failed (custom namespace)"); });
  return serve(server);
}

}  // namespace duplex::conformance
