// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>

#include "app/bench/cycle.h"
#include "protocol/ws/message_decoder.h"

namespace duplex::bench {

/// Something that came on a connection.
struct Arrival {
  enum Kind : std::uint8_t {
    messages,  ///< `count` of those that were expected, complete and in order
    packet,    ///< a text between messages that is none of ours (Socket.IO's own talk), in `payload`
    ping,
    close,
    wrong,  ///< not what was sent: `why`. The connection is of no further use
  };
  Kind kind = messages;
  std::uint64_t count = 0;
  ConstBytes payload = {};  ///< borrowed until the next call
  std::uint16_t close_code = 0;
  std::string_view why = {};
};

/// What all connections expect, and what they need to read it.
struct Expected {
  Expected(const std::vector<Unit>& units, bool socket_io);

  Cycle cycle;
  std::vector<ConstBytes> payloads;  // of each frame of the cycle, lying in it
  std::vector<ws::Incoming::Kind> kinds;
  ws::DecoderLimits limits;
  bool packets;  ///< other text may come between messages: Socket.IO
};

/// Checks one connection's bytes against what it should get: the expected messages, over and over from the first one.
///
/// A server that answers with plain whole frames sends exactly the bytes of the cycle: they are compared as they come,
/// headers and all, without being decoded. Where a byte differs (a ping, a fragment, a compressed frame) a real decoder
/// takes over from the beginning of that frame, until it has nothing left over.
class Inbound {
 public:
  /// The server compresses, as was agreed. Before the first `feed`.
  void enable_deflate(const Expected& expected, const ws::DeflateAgreement& agreement);

  /// Lends bytes until `next` returns nothing.
  void feed(Bytes bytes) noexcept { bytes_ = bytes, decoder_fed_ = false; }
  std::optional<Arrival> next(const Expected& expected);

 private:
  std::optional<Arrival> compare(const Expected& expected);
  std::optional<Arrival> decode(const Expected& expected);
  std::optional<Arrival> judge(const Expected& expected, const ws::Incoming& incoming);

  Bytes bytes_;
  std::size_t position_ = 0;  // in the cycle; a frame's beginning while the decoder is at work
  std::unique_ptr<ws::MessageDecoder> decoder_;
  bool decoding_ = false;
  bool decoder_fed_ = false;
  bool deflate_ = false;
};

}  // namespace duplex::bench
