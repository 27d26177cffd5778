// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "memory_server.h"

namespace duplex::testing {

/// A frame as a test sees it, encoded and decoded by hand: tests do not check the codec against itself.
struct TestFrame {
  int opcode = 1;
  std::string payload;
  bool fin = true;
  int rsv = 0;
  friend bool operator==(const TestFrame&, const TestFrame&) = default;
};

/// Masked, as a client sends it.
std::string client_frame(std::string_view payload, int opcode = 1, bool fin = true, int rsv = 0);
/// The first frame of these bytes, taken off them; nothing if it is not all there.
std::optional<TestFrame> take_frame(std::string& bytes);
std::string close_payload(int code, std::string_view reason = {});
std::string upgrade_request(std::string_view path, std::string_view more_headers = {});

/// A WebSocket client of a server in memory.
class WsClient {
 public:
  WsClient(MemoryServer& server, std::string_view path, std::string_view more_headers = {}, std::size_t loop = 0);

  const std::string& response() const noexcept { return response_; }
  void send(std::string_view payload, int opcode = 1) { write(client_frame(payload, opcode)); }
  void write(std::string_view bytes) {
    peer_.write(bytes);
    server_.run();
  }
  /// The next frame that has arrived.
  std::optional<TestFrame> next();
  /// The code of the Close frame that comes next, 1005 if it has none; 0 if something else comes, or nothing.
  int close_code();
  net::MemoryPeer& peer() noexcept { return peer_; }

 private:
  MemoryServer& server_;
  net::MemoryPeer peer_;
  std::string response_, received_;
};

}  // namespace duplex::testing
