// SPDX-License-Identifier: MIT
#include "protocol/eio/handshake.h"

#include <doctest/doctest.h>

using namespace duplex;

TEST_CASE("the open packet has exactly the keys that the protocol names, in Node's order") {
  Buffer polling, websocket;
  eio::encode_open(polling, {.sid = "TfoyphGSDZZ_7R2IAAAA", .upgrade_to_websocket = true});
  CHECK(
      polling.text() ==
      R"(0{"sid":"TfoyphGSDZZ_7R2IAAAA","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  eio::encode_open(websocket, {.sid = "x", .ping_interval = 300, .ping_timeout = 200, .max_payload = 100});
  CHECK(websocket.text() == R"(0{"sid":"x","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":100})");
}
