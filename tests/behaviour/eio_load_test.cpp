// SPDX-License-Identifier: MIT
// Many sessions at once: those that nobody uses (E8), and those whose clients have fallen silent (E14).
#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::string_literals;

namespace {

/// Sends `count` requests on connections of 1,000 each, and returns how many answers begin with that status line.
int served(EioServer& eio, int count, std::string_view request, std::string_view status) {
  std::string batch;
  for (int i = 0; i < 100; ++i) batch += request;
  int found = 0;
  net::MemoryPeer peer;
  for (int sent = 0; sent < count; sent += 100) {
    if (sent % 1000 == 0) {
      peer.finish();
      peer = eio.server.connect();
    }
    const std::string answers = eio.server.ask(peer, batch);
    for (std::size_t at = answers.find(status); at != answers.npos; at = answers.find(status, at + 1)) ++found;
  }
  peer.finish();
  return found;
}

}  // namespace

TEST_CASE("E8: of 100,000 handshakes that nobody polls 50,000 are taken, and all of them are freed within 20 s") {
  EioServer eio;
  eio.server.connect().finish();
  const std::string request = http_request("GET", eio_polling);
  const auto sessions = [&] { return ServerAccess::impl(*eio.server).engines.front()->sessions(); };
  CHECK(served(eio, 50'000, request, "HTTP/1.1 200") == 50'000);
  CHECK(sessions() == 50'000);
  CHECK(served(eio, 50'000, request, "HTTP/1.1 503") == 50'000);
  CHECK(sessions() == 50'000);
  CHECK(eio.told.opened == 50'000);
  const HttpAnswer refused = eio.ask("GET", eio_polling);
  CHECK(refused.status == 503);
  CHECK(refused.has("Retry-After: 20\r\n"));
  eio.server.advance(19'900ms);
  CHECK(sessions() == 50'000);
  eio.server.advance(200ms);
  CHECK(sessions() == 0);
  CHECK(eio.told.closed == 50'000);
  CHECK(eio.ask("GET", eio_polling).status == 200);
}

TEST_CASE("E14: 10,000 clients that stop answering pings are closed 45 s later, give or take one") {
  EioServer eio;
  std::vector<net::MemoryPeer> polls;
  std::vector<std::unique_ptr<WsClient>> sockets;
  for (int i = 0; i < 5000; ++i) {
    polls.push_back(eio.start_poll(eio.open()));
    sockets.push_back(std::make_unique<WsClient>(eio.server, "/socket.io/?EIO=4&transport=websocket"));
  }
  REQUIRE(eio.told.opened == 10'000);
  eio.server.advance(43'900ms);
  CHECK(eio.told.closed == 0);
  for (net::MemoryPeer& poll : polls) CHECK(eio.answer(poll).body == "2");
  eio.server.advance(2'200ms);
  CHECK(eio.told.closed == 10'000);
  CHECK(eio.told.reasons == std::vector(10'000, "ping timeout"s));
}
