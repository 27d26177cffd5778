// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/buffer.h"
#include "protocol/ws/extensions.h"

namespace duplex::ws {

/// The head of an HTTP request, as far as a WebSocket handshake looks at it. Views, borrowed from the HTTP codec.
/// A header that occurs more than once is joined with ", " (RFC 9110 section 5.3); `key_count` and `version_count` say
/// how often those two occurred, since they may occur once only.
struct HandshakeRequest {
  std::string_view method = {};
  int http_minor = 1;
  std::string_view host = {};
  std::string_view upgrade = {};
  std::string_view connection = {};
  std::string_view key = {};
  std::string_view version = {};
  std::string_view protocols = {};
  std::string_view extensions = {};
  int key_count = 0;
  int version_count = 0;
  bool has_protocols = false;  ///< the header is there, if only empty
  bool has_body = false;       ///< Content-Length other than 0, or any Transfer-Encoding
};

/// Whether a request asks for an upgrade to WebSocket: `Upgrade` names websocket. (It may still be refused.)
bool wants_websocket(std::string_view upgrade) noexcept;

/// `Sec-WebSocket-Accept` for a key (RFC 6455 section 4.2.2): 28 characters.
struct AcceptValue {
  std::array<char, 28> chars;
  std::string_view view() const noexcept { return {chars.data(), chars.size()}; }
};
AcceptValue accept_value(std::string_view key) noexcept;

struct ServerHandshakeOptions {
  std::span<const std::string_view> protocols = {};  ///< ours, best first; none: no subprotocol is ever chosen
  const DeflateOptions* deflate = nullptr;           ///< null: off
};

/// What the server answers. 101 with what was agreed, or an HTTP status with a text that says why.
struct ServerHandshake {
  int status = 101;  ///< 101, 400, 405 (Allow: GET), 426 (Upgrade: websocket, Sec-WebSocket-Version: 13) or 505
  std::string_view message = {};  ///< one sentence, static, for the refusal's body and the log
  AcceptValue accept = {};
  std::string_view protocol = {};  ///< the subprotocol chosen, one of the server's own; empty if none
  std::optional<DeflateAgreement> deflate = {};
};
ServerHandshake check_request(const HandshakeRequest& request, const ServerHandshakeOptions& options = {});

/// Appends the 101 response. `extra` is either empty or whole header lines, each ending in CRLF.
void write_response(Buffer& out, const ServerHandshake& handshake, std::string_view extra = {});

/// What a client asks for. The caller vouches for host, target and extra: no CR, LF or NUL (checked: returns false and
/// appends nothing).
struct ClientHandshake {
  std::string_view host = {};
  std::string_view target = "/";
  std::span<const std::string_view> protocols = {};
  const DeflateOptions* deflate = nullptr;
  std::string_view extra = {};  ///< whole header lines, each ending in CRLF
};
/// The key of a handshake: 16 random bytes in base64.
struct ClientKey {
  std::array<char, 24> chars;
  std::string_view view() const noexcept { return {chars.data(), chars.size()}; }
};
ClientKey make_client_key(std::span<const std::byte, 16> random) noexcept;
bool write_request(Buffer& out, const ClientHandshake& request, const ClientKey& key);

/// The head of the answer; headers that occur more than once are joined with ", ".
struct HandshakeResponse {
  int status = 0;
  std::string_view upgrade = {};
  std::string_view connection = {};
  std::string_view accept = {};
  std::string_view protocol = {};
  std::string_view extensions = {};
  bool has_protocol = false;
};
struct ClientHandshakeResult {
  bool ok = false;
  std::string_view message = {};   ///< why not: one sentence, static
  std::string_view protocol = {};  ///< one of those that were asked for; empty if none
  std::optional<DeflateAgreement> deflate = {};
};
ClientHandshakeResult check_response(const HandshakeResponse& response, const ClientHandshake& request,
                                     const ClientKey& key) noexcept;

}  // namespace duplex::ws
