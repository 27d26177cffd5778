// SPDX-License-Identifier: MIT
#include "protocol/ws/handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "protocol/ws/header_list.h"

namespace duplex::ws {
namespace {

bool lists_token(std::string_view header, std::string_view wanted) noexcept {
  HeaderList list(header);
  while (list.next_element()) {
    if (equal_ignoring_case(list.name(), wanted)) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view value) noexcept {
  const auto first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

// 16 bytes in base64 are 22 digits and "==". The last digit carries four bits, so only every 16th digit can end it;
// others are taken too, as common servers do: the key is only ever hashed as text.
bool is_valid_key(std::string_view key) noexcept {
  if (key.size() != 24 || key.substr(22) != "==") return false;
  return std::all_of(key.begin(), key.begin() + 22, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

ServerHandshake refuse(int status, std::string_view message) noexcept { return {.status = status, .message = message}; }

/// The client's subprotocols, walked once (W4): a list of distinct tokens.
struct ProtocolChoice {
  bool ok = false;
  std::string_view chosen = {};
};

// RFC 6455 section 4.1: the elements are distinct. Compared in a table of fixed size; a client that offers more
// protocols than it holds is not one that we know.
ProtocolChoice choose_protocol(std::string_view offered, std::span<const std::string_view> ours) noexcept {
  std::array<std::string_view, 32> seen;
  std::size_t count = 0;
  std::size_t best = ours.size();
  HeaderList list(offered);
  while (list.next_element()) {
    if (list.next_parameter()) return {};
    if (count == seen.size()) return {};
    for (std::size_t i = 0; i < count; ++i) {
      if (seen[i] == list.name()) return {};
    }
    seen[count++] = list.name();
    best = std::min(best, static_cast<std::size_t>(std::find(ours.begin(), ours.end(), list.name()) - ours.begin()));
  }
  if (list.bad_syntax() || count == 0) return {};
  return {.ok = true, .chosen = best < ours.size() ? ours[best] : std::string_view()};
}

/// SHA-1 with OpenSSL's algorithm looked up once: looking costs as much as hashing. Kept by each thread.
class Sha1 {
 public:
  static constexpr std::size_t size = 20;
  bool operator()(std::string_view text, unsigned char* digest) noexcept {
    return algorithm_ && context_ && EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr) == 1 &&
           EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1 &&
           EVP_DigestFinal_ex(context_.get(), digest, nullptr) == 1;
  }

 private:
  struct Free {
    void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> algorithm_{EVP_MD_fetch(nullptr, "SHA1", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

bool is_line_safe(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}
bool is_request_target(std::string_view target) noexcept {
  return !target.empty() && target[0] == '/' &&
         std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
}
// Whole lines, each ending in CRLF, none of them empty.
bool is_header_block(std::string_view lines) noexcept {
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    if (end == 0 || end == std::string_view::npos || !is_line_safe(lines.substr(0, end))) return false;
    lines.remove_prefix(end + 2);
  }
  return true;
}

}  // namespace

bool wants_websocket(std::string_view upgrade) noexcept { return lists_token(upgrade, "websocket"); }

AcceptValue accept_value(std::string_view key) noexcept {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<char, 64> text;  // a key has 24 characters; a longer one was never valid
  key = key.substr(0, text.size() - guid.size());
  std::copy(guid.begin(), guid.end(), std::copy(key.begin(), key.end(), text.begin()));
  thread_local Sha1 sha1;
  std::array<unsigned char, Sha1::size> digest{};
  // Without memory or SHA-1 the value is wrong, and the client ends the handshake.
  sha1({text.data(), key.size() + guid.size()}, digest.data());
  std::array<unsigned char, 29> encoded;  // with the terminating zero
  EVP_EncodeBlock(encoded.data(), digest.data(), Sha1::size);
  AcceptValue value;
  std::copy_n(encoded.begin(), value.chars.size(), value.chars.begin());
  return value;
}

ServerHandshake check_request(const HandshakeRequest& request, const ServerHandshakeOptions& options) {
  if (request.method != "GET") return refuse(405, "A WebSocket handshake is a GET request.");
  if (request.http_minor < 1) return refuse(505, "A WebSocket handshake needs HTTP/1.1.");
  if (request.has_body) return refuse(400, "A WebSocket handshake has no body.");
  if (request.host.empty()) return refuse(400, "The Host header is missing.");
  if (!wants_websocket(request.upgrade))
    return refuse(426, "This resource speaks WebSocket: Upgrade: websocket is missing.");
  if (!lists_token(request.connection, "upgrade")) return refuse(400, "Connection: Upgrade is missing.");
  if (request.version_count != 1 || trimmed(request.version) != "13") {
    return refuse(426, "Sec-WebSocket-Version must be 13.");
  }
  const std::string_view key = trimmed(request.key);
  if (request.key_count != 1 || !is_valid_key(key))
    return refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64, once.");

  ServerHandshake result;
  if (request.has_protocols) {
    const ProtocolChoice choice = choose_protocol(request.protocols, options.protocols);
    if (!choice.ok) return refuse(400, "Sec-WebSocket-Protocol is not a list of distinct names.");
    result.protocol = choice.chosen;
  }
  const DeflateOptions off;
  const ExtensionOffer offer = negotiate(request.extensions, options.deflate != nullptr ? *options.deflate : off);
  if (offer.bad_syntax) return refuse(400, "Sec-WebSocket-Extensions cannot be read.");
  result.deflate = offer.deflate;
  result.accept = accept_value(key);
  return result;
}

void write_response(Buffer& out, const ServerHandshake& handshake, std::string_view extra) {
  out.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
  out.append(handshake.accept.view());
  out.append("\r\n");
  if (!handshake.protocol.empty()) {
    out.append("Sec-WebSocket-Protocol: ");
    out.append(handshake.protocol);
    out.append("\r\n");
  }
  if (handshake.deflate) {
    out.append("Sec-WebSocket-Extensions: ");
    write_answer(out, *handshake.deflate);
    out.append("\r\n");
  }
  out.append(extra);
  out.append("\r\n");
}

ClientKey make_client_key(std::span<const std::byte, 16> random) noexcept {
  std::array<unsigned char, 25> encoded;  // with the terminating zero
  EVP_EncodeBlock(encoded.data(), reinterpret_cast<const unsigned char*>(random.data()), 16);
  ClientKey key;
  std::copy_n(encoded.begin(), key.chars.size(), key.chars.begin());
  return key;
}

bool write_request(Buffer& out, const ClientHandshake& request, const ClientKey& key) {
  const bool protocols_are_tokens =
      std::all_of(request.protocols.begin(), request.protocols.end(),
                  [](std::string_view p) { return !p.empty() && std::all_of(p.begin(), p.end(), is_token_char); });
  if (request.host.empty() || !is_line_safe(request.host) || !is_request_target(request.target) ||
      !is_header_block(request.extra) || !protocols_are_tokens) {
    return false;
  }
  out.append("GET ");
  out.append(request.target);
  out.append(" HTTP/1.1\r\nHost: ");
  out.append(request.host);
  out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  out.append(key.view());
  out.append("\r\n");
  std::string_view separator = "Sec-WebSocket-Protocol: ";
  for (std::string_view protocol : request.protocols) {
    out.append(separator);
    out.append(protocol);
    separator = ", ";
  }
  if (!request.protocols.empty()) out.append("\r\n");
  if (request.deflate != nullptr && request.deflate->enabled) {
    out.append("Sec-WebSocket-Extensions: ");
    write_offer(out, *request.deflate);
    out.append("\r\n");
  }
  out.append(request.extra);
  out.append("\r\n");
  return true;
}

ClientHandshakeResult check_response(const HandshakeResponse& response, const ClientHandshake& request,
                                     const ClientKey& key) noexcept {
  const auto refuse = [](std::string_view message) { return ClientHandshakeResult{.message = message}; };
  if (response.status != 101) return refuse("The server did not answer 101.");
  if (!equal_ignoring_case(trimmed(response.upgrade), "websocket"))
    return refuse("The answer lacks Upgrade: websocket.");
  if (!lists_token(response.connection, "upgrade")) return refuse("The answer lacks Connection: Upgrade.");
  if (trimmed(response.accept) != accept_value(key.view()).view()) return refuse("Sec-WebSocket-Accept is wrong.");

  ClientHandshakeResult result;
  if (response.has_protocol) {
    const std::string_view chosen = trimmed(response.protocol);
    const auto found = std::find(request.protocols.begin(), request.protocols.end(), chosen);
    if (found == request.protocols.end()) return refuse("The server chose a subprotocol that was not offered.");
    result.protocol = *found;
  }
  const DeflateOptions off;
  const ExtensionAnswer answer = check_answer(response.extensions, request.deflate != nullptr ? *request.deflate : off);
  if (!answer.acceptable) return refuse("The server chose an extension or parameter that was not offered.");
  result.ok = true;
  result.deflate = answer.deflate;
  return result;
}

}  // namespace duplex::ws
