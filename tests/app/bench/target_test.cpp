// SPDX-License-Identifier: MIT
#include "app/bench/target.h"

#include <doctest/doctest.h>

using namespace duplex::bench;

TEST_CASE("a URL names host, port, path, TLS and protocol") {
  CHECK(parse_target("ws://127.0.0.1:9001/echo?a=b") == Target{.host = "127.0.0.1", .port = 9001, .path = "/echo?a=b"});
  CHECK(parse_target("wss://example.org") == Target{.tls = true, .host = "example.org", .port = 443});
  CHECK(parse_target("http://localhost:3000") == Target{.socket_io = true, .host = "localhost", .port = 3000});
  CHECK(parse_target("https://h/x#y") ==
        Target{.tls = true, .socket_io = true, .host = "h", .port = 443, .path = "/x"});
  CHECK(parse_target("ws://[::1]:80?q") == Target{.host = "::1", .port = 80, .path = "/?q"});
}

TEST_CASE("what is no URL of ours is refused") {
  for (const char* url :
       {"", "localhost:80", "ftp://h/", "ws://", "ws://:80/", "ws://h:0/", "ws://h:65536/", "ws://h:8a/", "ws://h:/",
        "ws://[::1/", "ws://[::1]x/", "ws://user@h/", "ws://h/a b", "ws://h/a\r\nX: y"})
    CHECK_MESSAGE(!parse_target(url), url);
}

TEST_CASE("the Host header leaves out the scheme's own port, and puts brackets where they belong") {
  CHECK(parse_target("ws://h:80/")->host_header() == "h");
  CHECK(parse_target("wss://h:80/")->host_header() == "h:80");
  CHECK(parse_target("ws://[::1]:9001/")->host_header() == "[::1]:9001");
}

TEST_CASE("a Socket.IO URL gets Engine.IO's path and query") {
  CHECK(socket_io_path("/", "websocket") == "/socket.io/?EIO=4&transport=websocket");
  CHECK(socket_io_path("/chat/?token=1", "polling") == "/chat/?token=1&EIO=4&transport=polling");
}
