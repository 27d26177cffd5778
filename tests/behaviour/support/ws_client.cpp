// SPDX-License-Identifier: MIT
#include "ws_client.h"

namespace duplex::testing {

std::string client_frame(std::string_view payload, int opcode, bool fin, int rsv) {
  constexpr unsigned char key[4] = {0x37, 0xfa, 0x21, 0x3d};
  std::string out;
  out.push_back(static_cast<char>((fin ? 0x80 : 0) | rsv << 4 | opcode));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65536) {
    out.push_back(static_cast<char>(0x80 | 126));
    for (int shift = 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(payload.size() >> shift));
  } else {
    out.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8)
      out.push_back(static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift));
  }
  for (const unsigned char byte : key) out.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < payload.size(); ++i)
    out.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ key[i % 4]));
  return out;
}

std::optional<TestFrame> take_frame(std::string& bytes) {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return {};
  std::size_t header = 2, length = at(1) & 127;
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (bytes.size() < header + extra) return {};
  if (extra != 0) {
    length = 0;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | at(header + i);
    header += extra;
  }
  if (bytes.size() < header + length) return {};
  TestFrame frame{at(0) & 15, bytes.substr(header, length), (at(0) & 0x80) != 0, at(0) >> 4 & 7};
  bytes.erase(0, header + length);
  return frame;
}

std::string close_payload(int code, std::string_view reason) {
  std::string out;
  out.push_back(static_cast<char>(code >> 8));
  out.push_back(static_cast<char>(code));
  return out.append(reason);
}

std::string upgrade_request(std::string_view path, std::string_view more_headers) {
  std::string out = "GET ";
  out.append(path).append(
      " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
  return out.append(more_headers).append("\r\n");
}

WsClient::WsClient(MemoryServer& server, std::string_view path, std::string_view more_headers, std::size_t loop)
    : server_(server), peer_(server.connect(loop)) {
  received_ = server.ask(peer_, upgrade_request(path, more_headers));
  const std::size_t end = received_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  response_ = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
}

std::optional<TestFrame> WsClient::next() {
  received_ += peer_.read();
  return take_frame(received_);
}

int WsClient::close_code() {
  const auto frame = next();
  if (!frame || frame->opcode != 8) return 0;
  if (frame->payload.size() < 2) return 1005;
  return static_cast<unsigned char>(frame->payload[0]) << 8 | static_cast<unsigned char>(frame->payload[1]);
}

}  // namespace duplex::testing
