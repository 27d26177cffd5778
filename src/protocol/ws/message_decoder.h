// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "protocol/ws/close_code.h"
#include "protocol/ws/error.h"
#include "protocol/ws/extensions.h"
#include "protocol/ws/frame.h"

namespace duplex {
class BufferPool;
}

namespace duplex::ws {

class DeflateContexts;

/// What a peer may send. Shared by all connections of an endpoint; outlives their decoders.
struct DecoderLimits {
  std::size_t max_message = 1'000'000;     ///< bytes of one message, after inflation; more is 1009
  std::uint32_t max_fragments = 131'072;   ///< frames of one message; more is 1008
  std::uint32_t max_empty_fragments = 64;  ///< empty frames in a row in one message; more is 1008
  DeflateContexts* deflate = nullptr;      ///< the loop's; needed only where permessage-deflate may be agreed
  BufferPool* large_buffers = nullptr;     ///< the loop's, for messages that are assembled; null: memory comes and goes
};

/// A message or control frame. Two are equal when they say the same.
struct Incoming {
  enum Kind : std::uint8_t { text, binary, ping, pong, close };
  Kind kind = text;
  ConstBytes payload =
      {};  ///< borrowed until the decoder's next `next()` or `feed()`, and no longer than the fed bytes
  CloseFrame close_frame = {};  ///< of `close` only

  friend bool operator==(const Incoming& a, const Incoming& b) noexcept {
    return a.kind == b.kind && as_text(a.payload) == as_text(b.payload) && a.close_frame == b.close_frame;
  }
};

/// What has come of a message or frame that is not all there, and the inflater, where context takeover was agreed. It
/// is all that must be remembered of a peer's bytes from one read to the next: one pointer, null when there is nothing.
class UnfinishedMessage {
 public:
  UnfinishedMessage() noexcept = default;

  /// Whether a message or frame has begun and not ended: the bytes of it that came so far are `buffered()`.
  bool mid_message() const noexcept { return work_ && is_busy(); }
  /// Wire bytes of the unfinished message or frame so far, for the rule on slow senders; 0 when there is none.
  std::uint64_t received() const noexcept;
  /// The time that was fed with its first byte; 0 when there is none.
  std::uint32_t since() const noexcept;
  /// Memory held for the unfinished message, in bytes.
  std::size_t buffered() const noexcept;
  /// Where the next bytes of a long frame are best put before they are fed, which saves copying them there; empty when
  /// there is no such place. Valid until they are fed.
  Bytes input_room() noexcept;

 private:
  friend class MessageDecoder;
  struct Work;
  struct End {
    void operator()(Work* work) const noexcept;
  };
  bool is_busy() const noexcept;
  std::unique_ptr<Work, End> work_;
};

/// Turns the bytes of one peer into messages (RFC 6455 sections 5 to 8, RFC 7692).
///
///     decoder.feed(bytes);
///     while (auto incoming = decoder.next()) handle(*incoming);
///     if (auto error = decoder.error()) fail(close_code_for(*error));
///
/// A message that is one whole frame of the fed bytes is unmasked in place and handed out as a view. One that is
/// fragmented, straddles two feeds or is compressed is assembled in a buffer that lives no longer than the message.
/// Between two reads there is no need to keep the decoder: `suspend` gives what must be kept, and a new one goes on.
/// Everything before an error is delivered first. A bad byte of text is an error as soon as it is fed.
class MessageDecoder : private UnfinishedMessage {
 public:
  MessageDecoder(Role role, const DecoderLimits& limits, UnfinishedMessage unfinished = {}) noexcept
      : UnfinishedMessage(std::move(unfinished)), limits_(&limits), role_(role) {}

  /// The peer may compress, as agreed in the handshake. Call before the first `feed`; `limits.deflate` must be set.
  void enable_deflate(const DeflateAgreement& agreement) noexcept;

  /// Lends bytes: they are changed in place, and must stay where they are until `next()` has returned nothing or
  /// `take_rest()` was called. Precondition: the bytes fed before are used up (one of these two happened).
  /// Less than 4 GiB at a time. `now`: by any clock, for `UnfinishedMessage::since`.
  void feed(Bytes bytes, std::uint32_t now = 0) noexcept {
    if (work_) end_delivery();
    cursor_ = bytes.data();
    left_ = static_cast<std::uint32_t>(bytes.size());
    now_ = now;
  }

  /// The next message or control frame, or nothing when more bytes are needed, after an error, or after a close frame
  /// (what follows it is ignored, RFC 6455 section 5.5.1). Nothing also means: the fed bytes are used up, the beginning
  /// of an unfinished frame having been copied.
  std::optional<Incoming> next();

  /// What was wrong, once `next()` has returned nothing because of it. Then the decoder is of no further use.
  std::optional<Errc> error() const noexcept { return error_ == Errc::ok ? std::nullopt : std::optional(error_); }

  /// What has been fed and not been used yet.
  ConstBytes unread() const noexcept { return {cursor_, left_}; }
  /// Takes it away from the decoder, to be fed again later (copied, if it must outlive the read buffer).
  Bytes take_rest() noexcept;

  /// What to go on with when the next bytes come: then this decoder is of no further use.
  UnfinishedMessage suspend() noexcept { return std::move(*this); }
  using UnfinishedMessage::buffered, UnfinishedMessage::input_room, UnfinishedMessage::mid_message,
      UnfinishedMessage::received, UnfinishedMessage::since;
  /// Whether a close frame has been delivered.
  bool closed() const noexcept { return closed_; }

 private:
  std::optional<Incoming> next_of_any();
  std::size_t plain_header() const noexcept;
  std::optional<FrameHeader> read_header();
  void keep_header();
  Errc check_start(std::byte first, std::byte second) const noexcept;
  Errc check_message(const FrameHeader& header) const noexcept;
  std::optional<Incoming> deliver_view(const FrameHeader& header) noexcept;
  std::optional<Incoming> deliver_control(Opcode opcode, ConstBytes payload) noexcept;
  void begin_frame(const FrameHeader& header);
  std::optional<Incoming> continue_frame();
  Errc take_plain(ConstBytes part);
  void make_room(std::size_t needed);
  Errc take_compressed(ConstBytes part, bool message_ends);
  Work& work();
  void end_delivery() noexcept;
  std::optional<Incoming> fail(Errc e) noexcept;

  const DecoderLimits* limits_;
  std::byte* cursor_ = nullptr;  // the fed bytes that are left
  std::uint32_t left_ = 0;
  std::uint32_t now_ = 0;
  Errc error_ = Errc::ok;
  Role role_;
  std::uint8_t window_bits_ = 0;  // of the peer's compressor; 0: no compression agreed
  bool takeover_ = false;
  bool closed_ = false;
};

}  // namespace duplex::ws
