// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "behaviour/support/http_checks.h"
#include "behaviour/support/raw_client.h"
#include "behaviour/support/test_server.h"

using namespace behaviour;
using namespace std::string_literals;

namespace {

/// A good upgrade with one part replaced.
std::string changed(std::string_view from, std::string_view to, std::string_view path = "/echo") {
  auto request = upgrade(path);
  return request.replace(request.find(from), from.size(), to);
}

const std::string key_line = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string extensions(const std::string& offers) {
  return upgrade("/deflate", "Sec-WebSocket-Extensions: " + offers + "\r\n");
}

}  // namespace

TEST_CASE("W1: a key that is missing, repeated or not 16 octets is answered 400") {
  check_upgrade(400, changed(key_line, ""));
  check_upgrade(400, changed(key_line, key_line + key_line));
  for (const auto* key :
       {"", "AAAA", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZSE=", "!!!!IHNhbXBsZSBub25jZQ=="}) {
    check_upgrade(400, changed("dGhlIHNhbXBsZSBub25jZQ==", key));
  }
}

TEST_CASE("W2: another version is answered 426, with the one that we speak") {
  for (const auto* line : {"", "Sec-WebSocket-Version: 8\r\n", "Sec-WebSocket-Version: 14\r\n"}) {
    auto head = check_upgrade(426, changed("Sec-WebSocket-Version: 13\r\n", line));
    CHECK(head.find("Sec-WebSocket-Version: 13\r\n") != head.npos);
  }
}

TEST_CASE("W3: an offer with a bad parameter is declined, and the next one is taken") {
  for (const auto* bad :
       {"permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits=7", "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=-1", "permessage-deflate; nonsense", "x-webkit-deflate-frame"}) {
    CAPTURE(bad);
    auto alone = check_upgrade(101, extensions(bad));
    CHECK(alone.find("permessage-deflate") == alone.npos);
    auto with_next = check_upgrade(101, extensions(bad + ", permessage-deflate"s));
    CHECK(with_next.find("permessage-deflate") != with_next.npos);
  }
}

TEST_CASE("W3: a quoted parameter value is as good as a bare one") {
  auto head = check_upgrade(101, extensions("permessage-deflate; server_max_window_bits=\"10\""));
  CHECK(head.find("server_max_window_bits=10") != head.npos);
}

TEST_CASE("W3: offers that break the grammar are answered 400") {
  for (const auto* bad :
       {"permessage-deflate;;,=", "permessage-deflate; =5", "permessage-deflate; a=\"b", "=", "; a"}) {
    check_upgrade(400, extensions(bad));
  }
}

TEST_CASE("W3: an offer of nothing but commas takes no time") {
  auto request = extensions(times(12'000, ","));
  auto start = std::chrono::steady_clock::now();
  RawClient client(server_port());
  client.send(request);
  CHECK(client.answer().status != 0);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100));
}

TEST_CASE("W4: a list of subprotocols that is not one is answered 400") {
  for (const auto& value : {"b" + times(14'000, " ") + "x", "chat, chat"s, ""s, "a,,b b"s}) {
    check_upgrade(400, upgrade("/echo", "Sec-WebSocket-Protocol: " + value + "\r\n"));
  }
  check_upgrade(431, upgrade("/echo", "Sec-WebSocket-Protocol: b" + times(32'000, " ") + "x\r\n"));
}

TEST_CASE("W5: Connection may say more than Upgrade") {
  check_upgrade(101, changed("Connection: Upgrade", "Connection: keep-alive, Upgrade"));
  check_upgrade(101, changed("Upgrade: websocket", "upgrade: WebSocket"));
}

TEST_CASE("W5: a request without Upgrade is told to upgrade, and a POST is not a handshake") {
  check_upgrade(426, changed("Upgrade: websocket\r\n", ""));
  check_upgrade(405, changed("GET", "POST"));
}

TEST_CASE("W7: frames in the same segment as the handshake are played after it opens") {
  auto good = conformance::encode({conformance::text, "first"});
  auto bad = conformance::encode({conformance::text, "second", true, 2});
  auto ended = play_frames(server_port(), good + bad, Delivery::coalesced);
  CHECK(ended.status == 101);
  REQUIRE(ended.frames.size() == 1);
  CHECK(ended.frames[0].payload == "first");
  CHECK(ended.code == 1002);
  CHECK(ended.dropped);
}
