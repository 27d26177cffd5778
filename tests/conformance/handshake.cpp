// SPDX-License-Identifier: MIT
#include "conformance/handshake.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace conformance {
namespace {

std::string base64(const unsigned char* bytes, int size) {
  unsigned char out[64];
  auto n = EVP_EncodeBlock(out, bytes, size);
  return {reinterpret_cast<char*>(out), static_cast<std::size_t>(n)};
}

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

std::string trim(std::string_view s) {
  auto from = s.find_first_not_of(" \t"), to = s.find_last_not_of(" \t");
  return from == s.npos ? "" : std::string(s.substr(from, to - from + 1));
}

std::vector<std::string> split(std::string_view s, char by) {
  std::vector<std::string> parts;
  for (;;) {
    auto at = s.find(by);
    parts.push_back(trim(s.substr(0, at)));
    if (at == s.npos) return parts;
    s.remove_prefix(at + 1);
  }
}

/// All values of a header joined by commas; nothing when it is absent.
std::optional<std::string> header(const std::string& head, const std::string& name) {
  std::optional<std::string> value;
  for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    auto line = std::string_view(head).substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    auto colon = line.find(':');
    if (colon == line.npos || lower(std::string(line.substr(0, colon))) != name) continue;
    auto found = trim(line.substr(colon + 1));
    value = value ? *value + "," + found : found;
  }
  return value;
}

bool has_token(const std::optional<std::string>& list, const std::string& token) {
  if (!list) return false;
  auto parts = split(lower(*list), ',');
  return std::find(parts.begin(), parts.end(), token) != parts.end();
}

int window_bits(const std::string& value) {
  if (value == "9") return 9;
  bool is_two_digits = value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5';
  return is_two_digits ? 10 + (value[1] - '0') : 0;
}

/// RFC 7692 §7.1: what the server may answer to these offers. Stricter than the suite, which does not compare the
/// two: the answer must grant what one of the offers demands of the server.
std::string read_extensions(const std::string& value, const std::vector<Offer>& offers, Agreed& agreed) {
  if (offers.empty()) return "an extension was agreed that was not offered";
  if (value.find(',') != value.npos) return "more than one extension was agreed";
  auto parts = split(value, ';');
  if (parts[0] != "permessage-deflate") return "an extension was agreed that was not offered";
  std::set<std::string> seen;
  bool bits_granted = false;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto pair = split(parts[i], '=');
    if (!seen.insert(pair[0]).second) return "a parameter is repeated";
    if (pair[0] == "server_no_context_takeover" && pair.size() == 1) {
      agreed.server_takeover = false;
    } else if (pair[0] == "client_no_context_takeover" && pair.size() == 1) {
      agreed.client_takeover = false;
    } else if (pair[0] == "server_max_window_bits" && pair.size() == 2 && window_bits(pair[1])) {
      agreed.server_bits = window_bits(pair[1]);
      bits_granted = true;
    } else if (pair[0] == "client_max_window_bits" && pair.size() == 2 && window_bits(pair[1])) {
      agreed.client_bits = window_bits(pair[1]);
    } else {
      return "parameter \"" + parts[i] + "\" is unknown or out of range";
    }
  }
  bool granted = std::any_of(offers.begin(), offers.end(), [&](const Offer& offer) {
    bool bits =
        offer.server_max_window_bits == 0 || (bits_granted && agreed.server_bits <= offer.server_max_window_bits);
    return bits && (!offer.server_no_context_takeover || !agreed.server_takeover);
  });
  return granted ? "" : "the answer \"" + value + "\" grants none of the offers";
}

}  // namespace

std::string Offer::header() const {
  std::string offer = "permessage-deflate; client_no_context_takeover; client_max_window_bits";
  if (server_no_context_takeover) offer += "; server_no_context_takeover";
  if (server_max_window_bits) offer += "; server_max_window_bits=" + std::to_string(server_max_window_bits);
  return offer;
}

std::string Handshake::request() {
  unsigned char nonce[16];
  RAND_bytes(nonce, sizeof nonce);
  key = base64(nonce, sizeof nonce);
  auto request =
      "GET " + path + " HTTP/1.1\r\nHost: " + host +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key +
      "\r\n";
  for (std::size_t i = 0; i < offers.size(); ++i) {
    request += (i == 0 ? "Sec-WebSocket-Extensions: " : ", ") + offers[i].header();
  }
  return request + (offers.empty() ? "\r\n" : "\r\n\r\n");
}

Handshake::Answer Handshake::judge(const std::string& head) const {
  if (!head.starts_with("HTTP/1.1 101 ")) return {"answered " + head.substr(0, head.find("\r\n"))};
  if (lower(header(head, "upgrade").value_or("")) != "websocket") return {"101 without Upgrade: websocket"};
  if (!has_token(header(head, "connection"), "upgrade")) return {"101 without Connection: Upgrade"};
  auto accepted = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(accepted.data()), accepted.size(), digest);
  if (header(head, "sec-websocket-accept") != base64(digest, sizeof digest)) return {"Sec-WebSocket-Accept is wrong"};
  if (header(head, "sec-websocket-protocol")) return {"a subprotocol was agreed that was not offered"};
  auto extensions = header(head, "sec-websocket-extensions");
  if (!extensions) return {};
  Agreed agreed;
  auto error = read_extensions(*extensions, offers, agreed);
  return {error, agreed};
}

}  // namespace conformance
