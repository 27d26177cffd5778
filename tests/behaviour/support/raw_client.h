// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/pipe.h"
#include "conformance/wire.h"

namespace behaviour {

/// How a script reaches the server: the same bytes, cut differently.
enum class Delivery {
  whole,         ///< in one write
  byte_by_byte,  ///< every octet its own segment
  coalesced,     ///< in one write with what comes before and after it
};
inline constexpr Delivery deliveries[] = {Delivery::whole, Delivery::byte_by_byte, Delivery::coalesced};
std::string name(Delivery delivery);

/// An HTTP answer as it came. Status 0: none came.
struct Answer {
  int status = 0;
  std::string head = {};
  std::string body = {};

  bool has(std::string_view header_line) const { return head.find(header_line) != head.npos; }
};

/// A client that sends what it is told, right or wrong, over TCP. Every wait ends at a deadline.
class RawClient {
 public:
  static constexpr std::chrono::milliseconds patience{5000};

  explicit RawClient(int port);

  void send(std::string_view bytes);
  void send_by_byte(std::string_view bytes);

  /// The next answer; its body is as long as Content-Length says.
  Answer answer();

  /// After a 101: the next frame, nothing at the end or the deadline.
  std::optional<conformance::Frame> frame(std::chrono::milliseconds limit = patience);

  /// Whether the server drops the connection before the deadline; what it still sends is kept in received().
  bool reaches_end(std::chrono::milliseconds limit = patience);

  const std::string& received() const { return received_; }
  /// What is wrong with the frames that came; empty when nothing is.
  const std::string& frame_error() const { return reader_.error(); }

 private:
  bool receive(std::chrono::steady_clock::time_point deadline);

  std::unique_ptr<conformance::Pipe> pipe_;
  conformance::FrameReader reader_;
  std::string received_;
  bool ended_ = false;
};

/// How a WebSocket ended after `script` was sent on it.
struct Ended {
  int status = 0;                               ///< of the handshake
  std::vector<conformance::Frame> frames = {};  ///< what came before the Close
  std::optional<int> code = {};  ///< of the Close; 1005 when it had none, nothing when there was no Close
  bool dropped = false;          ///< the server dropped TCP

  std::size_t count(conformance::Opcode opcode) const;
};

/// A correct request for an upgrade of `path`, with `more` header lines ("Name: value\r\n").
std::string upgrade(std::string_view path = "/echo", std::string_view more = "");

/// Opens a WebSocket, sends `script` and waits for the end. Coalesced: the script follows the handshake in one write,
/// and `after` follows the script.
Ended play_frames(int port, std::string_view script, Delivery delivery, std::string_view after = "",
                  std::string_view path = "/echo");

}  // namespace behaviour
