// SPDX-License-Identifier: MIT
#include "protocol/ws/handshake.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "support/hex.h"

using namespace duplex;
using duplex::testing::hex;

namespace {

// RFC 6455 section 1.3.
ws::HandshakeRequest good() {
  return {.method = "GET",
          .host = "server.example.com",
          .upgrade = "websocket",
          .connection = "Upgrade",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .version = "13",
          .key_count = 1,
          .version_count = 1};
}
template <class Change>
ws::ServerHandshake check_with(Change change, const ws::ServerHandshakeOptions& options = {}) {
  ws::HandshakeRequest request = good();
  change(request);
  return ws::check_request(request, options);
}

constexpr std::string_view protocols[] = {"chat", "superchat"};
const ws::DeflateOptions deflate{.enabled = true};

}  // namespace

TEST_CASE("the RFC's example is accepted with the RFC's value") {
  const ws::ServerHandshake result = ws::check_request(good());
  CHECK(result.status == 101);
  CHECK(result.accept.view() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  Buffer out;
  ws::write_response(out, result, "X-Extra: 1\r\n");
  CHECK(out.text() ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-Extra: 1\r\n\r\n");
}

TEST_CASE("subprotocol and extensions are chosen and answered") {
  ws::HandshakeRequest request = good();
  request.protocols = "mqtt, superchat, chat";
  request.has_protocols = true;
  request.extensions = "permessage-deflate";
  const ws::ServerHandshake result = ws::check_request(request, {.protocols = protocols, .deflate = &deflate});
  CHECK(result.status == 101);
  CHECK(result.protocol == "chat");  // the server's order counts
  CHECK(result.deflate);
  Buffer out;
  ws::write_response(out, result);
  CHECK(out.text().find("\r\nSec-WebSocket-Protocol: chat\r\n") != std::string_view::npos);
  CHECK(out.text().find("\r\nSec-WebSocket-Extensions: permessage-deflate; ") != std::string_view::npos);
}

TEST_CASE("a subprotocol that the server does not know is not chosen, and not refused") {
  const auto result =
      check_with([](auto& r) { r.protocols = "mqtt", r.has_protocols = true; }, {.protocols = protocols});
  CHECK(result.status == 101);
  CHECK(result.protocol.empty());
}

TEST_CASE("W1: a key that is missing, there twice or not 16 bytes is refused with 400") {
  CHECK(check_with([](auto& r) { r.key = "", r.key_count = 0; }).status == 400);
  CHECK(check_with([](auto& r) { r.key_count = 2; }).status == 400);
  for (const char* key : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ",
                          "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25jZQ==x", "dGhlIHNhbXBsZSBub25j!Q==", "AAAA",
                          "dGhlIHNhbXBsZSBub25jZWVl", "dGhlIHNhbXBsZSBub2=jZQ=="}) {
    CAPTURE(key);
    CHECK(check_with([&](auto& r) { r.key = key; }).status == 400);
  }
  CHECK(check_with([](auto& r) { r.key = " dGhlIHNhbXBsZSBub25jZQ== "; }).accept.view() ==
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("W2: any version but 13 is answered with 426") {
  CHECK(check_with([](auto& r) { r.version = "", r.version_count = 0; }).status == 426);
  for (const char* version : {"8", "14", "013", "13, 8", "1 3", "+13"}) {
    CAPTURE(version);
    CHECK(check_with([&](auto& r) { r.version = version; }).status == 426);
  }
  CHECK(check_with([](auto& r) { r.version = "13, 13", r.version_count = 2; }).status == 426);
}

TEST_CASE("W3: extensions with broken syntax are refused with 400, others are declined") {
  CHECK(check_with([](auto& r) { r.extensions = ";;,="; }, {.deflate = &deflate}).status == 400);
  CHECK(check_with([](auto& r) { r.extensions = ";;,="; }).status == 400);
  const auto declined = check_with([](auto& r) { r.extensions = "permessage-deflate; server_max_window_bits=16"; },
                                   {.deflate = &deflate});
  CHECK(declined.status == 101);
  CHECK_FALSE(declined.deflate);
}

TEST_CASE("W4: subprotocols that are no list of distinct names are refused with 400, in linear time") {
  const std::string spaced = "b" + std::string(32 * 1024, ' ') + "x";
  std::string many;
  for (int i = 0; i < 4000; ++i) many += "p" + std::to_string(i) + ",";
  for (const std::string& value : {spaced, std::string("a, a"), std::string(), std::string(","), std::string("a; b"),
                                   std::string("a\"b"), std::string("chat, superchat, chat"), many}) {
    const auto before = std::clock();
    CHECK(check_with([&](auto& r) { r.protocols = value, r.has_protocols = true; }, {.protocols = protocols}).status ==
          400);
    CHECK(double(std::clock() - before) / CLOCKS_PER_SEC < 0.05);
  }
}

TEST_CASE("W5: Connection may list more than Upgrade; a request that asks for no upgrade is refused") {
  CHECK(check_with([](auto& r) { r.connection = "keep-alive, Upgrade"; }).status == 101);
  CHECK(check_with([](auto& r) { r.upgrade = "WebSocket", r.connection = "UPGRADE"; }).status == 101);
  CHECK(check_with([](auto& r) { r.upgrade = ""; }).status == 426);
  CHECK(check_with([](auto& r) { r.upgrade = "h2c"; }).status == 426);
  CHECK(check_with([](auto& r) { r.connection = "keep-alive"; }).status == 400);
  CHECK(check_with([](auto& r) { r.method = "POST"; }).status == 405);
  CHECK(check_with([](auto& r) { r.method = "get"; }).status == 405);
}

TEST_CASE("H16, H19: HTTP/1.0, a body and a missing Host are refused") {
  CHECK(check_with([](auto& r) { r.http_minor = 0; }).status == 505);
  CHECK(check_with([](auto& r) { r.has_body = true; }).status == 400);
  CHECK(check_with([](auto& r) { r.host = ""; }).status == 400);
}

TEST_CASE("every refusal says why") {
  CHECK_FALSE(check_with([](auto& r) { r.method = "POST"; }).message.empty());
  CHECK_FALSE(check_with([](auto& r) { r.key_count = 0; }).message.empty());
}

TEST_CASE("a client's request says what it wants, and its own answer is accepted") {
  const auto random = hex("74686520 73616d70 6c65206e 6f6e6365");
  const ws::ClientKey key = ws::make_client_key(std::span<const std::byte, 16>(random));
  CHECK(key.view() == "dGhlIHNhbXBsZSBub25jZQ==");
  const ws::ClientHandshake request{.host = "example.com:3000",
                                    .target = "/chat?x=1",
                                    .protocols = protocols,
                                    .deflate = &deflate,
                                    .extra = "Cookie: a=b\r\n"};
  Buffer out;
  REQUIRE(ws::write_request(out, request, key));
  CHECK(out.text() ==
        "GET /chat?x=1 HTTP/1.1\r\nHost: example.com:3000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: chat, superchat\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=12; client_max_window_bits=12\r\n"
        "Cookie: a=b\r\n\r\n");
}

TEST_CASE("H23: what would break out of a request line or header is not written") {
  const ws::ClientKey key =
      ws::make_client_key(std::span<const std::byte, 16>(hex("00000000000000000000000000000000")));
  constexpr std::string_view bad_protocols[] = {"a b"};
  Buffer out;
  for (const ws::ClientHandshake& request :
       {ws::ClientHandshake{.host = "a\r\nX: y"}, ws::ClientHandshake{.host = ""},
        ws::ClientHandshake{.host = "a", .target = "/ HTTP/1.1\r\nX: y"},
        ws::ClientHandshake{.host = "a", .target = ""}, ws::ClientHandshake{.host = "a", .target = "x"},
        ws::ClientHandshake{.host = "a", .protocols = bad_protocols}, ws::ClientHandshake{.host = "a", .extra = "X: y"},
        ws::ClientHandshake{.host = "a", .extra = "\r\n"},
        ws::ClientHandshake{.host = "a", .extra = "X: a\nY: b\r\n"}}) {
    CHECK_FALSE(ws::write_request(out, request, key));
    CHECK(out.empty());
  }
}

TEST_CASE("W11: an answer that does not fit the request is refused") {
  const ws::ClientKey key =
      ws::make_client_key(std::span<const std::byte, 16>(hex("74686520 73616d70 6c65206e 6f6e6365")));
  const ws::ClientHandshake request{.host = "a", .protocols = protocols, .deflate = &deflate};
  const auto check = [&](auto change) {
    ws::HandshakeResponse response{
        .status = 101, .upgrade = "websocket", .connection = "Upgrade", .accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="};
    change(response);
    const auto result = ws::check_response(response, request, key);
    CHECK(result.ok == result.message.empty());
    return result;
  };
  CHECK(check([](auto&) {}).ok);
  CHECK(check([](auto& r) { r.protocol = "chat", r.has_protocol = true; }).protocol == "chat");
  CHECK(check([](auto& r) {
          r.extensions = "permessage-deflate; server_no_context_takeover; server_max_window_bits=12";
        }).deflate);
  CHECK_FALSE(check([](auto& r) { r.status = 200; }).ok);
  CHECK_FALSE(check([](auto& r) { r.accept = ""; }).ok);
  CHECK_FALSE(check([](auto& r) { r.accept = "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="; }).ok);
  CHECK_FALSE(check([](auto& r) { r.upgrade = ""; }).ok);
  CHECK_FALSE(check([](auto& r) { r.connection = "close"; }).ok);
  CHECK_FALSE(check([](auto& r) { r.protocol = "mqtt", r.has_protocol = true; }).ok);
  CHECK_FALSE(check([](auto& r) { r.protocol = "", r.has_protocol = true; }).ok);
  CHECK_FALSE(check([](auto& r) { r.protocol = "chat, superchat", r.has_protocol = true; }).ok);
  CHECK_FALSE(check([](auto& r) { r.extensions = "unknown"; }).ok);
  CHECK_FALSE(check([](auto& r) { r.extensions = "permessage-deflate; server_max_window_bits=99"; }).ok);
}
