// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "conformance/case.h"
#include "conformance/deflate.h"

namespace conformance {

/// One case played over one connection, from the opening handshake to the verdict.
class Session {
 public:
  Session(const Case& played, Pipe& pipe, std::string host, std::string path);

  Verdict run();

 private:
  std::string open();
  void play(const Script& script);
  void play(const EchoLoop& loop);
  void await_end(const Script& script, Time deadline);

  bool read_one(Time deadline);
  void on_frame(Frame frame);
  void on_message();
  void on_close(const Frame& frame);

  bool write(std::string_view bytes);
  void send_close(std::string payload);
  bool ended() const { return dropped_ || peer_closed_ || broken_; }
  void await_drop();

  Verdict judge(const Script& script) const;
  Close judge_close(const Ending& ending, std::string& why) const;
  std::string describe_end() const;

  const Case& case_;
  Pipe& pipe_;
  Handshake handshake_;
  std::optional<Compressor> compressor_;
  std::optional<Decompressor> decompressor_;
  FrameReader reader_;
  Events events_;
  int expected_ = 0;  ///< right echoes of an echo loop

  std::uint8_t opcode_ = 0;  ///< of the message that is arriving
  bool is_compressed_ = false;
  std::string message_;

  bool we_closed_ = false;    ///< our Close was sent while the peer had not ended the connection
  bool killed_ = false;       ///< we gave up
  bool peer_closed_ = false;  ///< the peer's Close arrived
  bool dropped_ = false;      ///< the peer dropped the connection
  bool broken_ = false;       ///< the peer broke the protocol
  bool peer_first_ = false;   ///< the peer ended it before we did
  std::optional<int> peer_code_;
};

}  // namespace conformance
