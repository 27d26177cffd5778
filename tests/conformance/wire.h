// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The test's own words for RFC 6455 §5: nothing here is shared with the library under test.
namespace conformance {

enum Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// One frame as it is drawn in RFC 6455 §5.2. `rsv` is the three bits read as a number: 4 is RSV1.
struct Frame {
  std::uint8_t opcode = text;
  std::string payload = {};
  bool fin = true;
  std::uint8_t rsv = 0;
};

/// Appends the client's form of `frame`, masked with a random key.
void encode(std::string& out, const Frame& frame);
std::string encode(const Frame& frame);

/// `payload` as a message of frames of at most `size` octets. As the suite does it, a size that divides evenly is
/// followed by an empty final frame, unless one frame holds everything.
std::vector<Frame> fragments(std::uint8_t opcode, std::string_view payload, std::size_t size);

/// Close payload: the code and a reason.
std::string close_payload(int code, std::string_view reason = "");

bool is_utf8(std::string_view bytes);

/// Cuts the server's bytes into frames and holds every one to the rules of a server.
class FrameReader {
 public:
  explicit FrameReader(bool deflate_agreed = false) : deflate_agreed_(deflate_agreed) {}

  /// Where received bytes are appended.
  std::string& input() { return input_; }

  /// The next complete frame, or nothing: then either more bytes are needed, or error() says what is wrong.
  std::optional<Frame> next();

  const std::string& error() const { return error_; }

 private:
  std::optional<Frame> refuse(std::string why);

  bool deflate_agreed_;
  bool in_message_ = false;
  std::string input_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace conformance
