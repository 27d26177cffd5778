// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>

#include "app/bench/cycle.h"
#include "app/bench/tag.h"
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
  std::size_t publisher = 0;  ///< whose messages they are
  std::uint64_t nth = 0;      ///< with several publishers: how many of this one's came before
  ConstBytes payload = {};    ///< borrowed until the next call
  std::uint16_t close_code = 0;
  std::string_view why = {};
};

/// What all connections expect, and what they need to read it.
struct Expected {
  /// `framing`: how the server sends them, `server` or `polling`.
  Expected(const std::vector<Unit>& units, bool socket_io, Framing framing = Framing::server,
           std::size_t publishers = 1);

  bool interleaved() const noexcept { return publishers > 1; }
  /// Which of the cycle's frames is the `nth` unit's, of one publisher's.
  std::size_t frame_of(std::size_t publisher, std::uint64_t nth, std::size_t part) const noexcept {
    return (publisher * units_each + nth % units_each) * cycle.parts() + part;
  }

  Cycle cycle;
  std::vector<ConstBytes> payloads;  // of each frame of the cycle, lying in it
  std::vector<ws::Incoming::Kind> kinds;
  ws::DecoderLimits limits;
  bool packets;  ///< other text may come between messages: Socket.IO
  std::size_t publishers, units_each;
  Tags tags;
  std::size_t tag_at = 0;  ///< several publishers: where a unit's last payload has the tag
};

/// Checks one connection's bytes against what it should get: the expected messages, over and over from the first one.
///
/// A server that answers with plain whole frames sends exactly the bytes of the cycle: they are compared as they come,
/// headers and all, without being decoded. Where a byte differs (a ping, a fragment, a compressed frame) a real decoder
/// takes over from the beginning of that frame, until it has nothing left over.
///
/// Of several publishers each has an order of its own, however they are mixed: the tag in a message says whose it is,
/// and it is to be the next one of theirs.
class Inbound {
 public:
  Inbound() = default;
  explicit Inbound(const Expected& expected) {
    if (expected.interleaved()) came_.resize(expected.publishers);
  }

  /// The server compresses, as was agreed. Before the first `feed`.
  void enable_deflate(const Expected& expected, const ws::DeflateAgreement& agreement);

  /// Lends bytes until `next` returns nothing.
  void feed(Bytes bytes) noexcept { bytes_ = bytes, decoder_fed_ = false; }
  std::optional<Arrival> next(const Expected& expected);

  /// Long-polling: a packet of a payload. Not together with `feed`.
  std::optional<Arrival> packet(const Expected& expected, std::string_view packet) {
    return judge(expected, ws::Incoming::text, as_bytes(packet));
  }

 private:
  std::optional<Arrival> compare(const Expected& expected);
  std::optional<Arrival> compare_interleaved(const Expected& expected);
  void start_decoder(const Expected& expected, ConstBytes taken);
  std::optional<Arrival> decode(const Expected& expected);
  std::optional<Arrival> judge(const Expected& expected, const ws::Incoming& incoming);
  std::optional<Arrival> judge(const Expected& expected, ws::Incoming::Kind kind, ConstBytes payload);
  std::optional<Arrival> judge_interleaved(const Expected& expected, ws::Incoming::Kind kind, ConstBytes payload);

  Bytes bytes_;
  std::size_t position_ = 0;         // in the cycle; a frame's beginning while the decoder is at work
  std::vector<std::uint64_t> came_;  // several publishers: units of each that are complete
  std::size_t publisher_ = 0;        // of the unit that has begun
  std::size_t matched_ = 0;          // bytes of it that were compared
  std::size_t part_ = 0;             // the decoder's: parts of it that came
  std::unique_ptr<ws::MessageDecoder> decoder_;
  bool decoding_ = false;
  bool decoder_fed_ = false;
  bool deflate_ = false;
};

}  // namespace duplex::bench
