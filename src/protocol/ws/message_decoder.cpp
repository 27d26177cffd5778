// SPDX-License-Identifier: MIT
#include "protocol/ws/message_decoder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/buffer_pool.h"
#include "core/utf8.h"
#include "protocol/ws/deflate_contexts.h"
#include "protocol/ws/exact_growth.h"

namespace duplex::ws {
namespace {

Incoming::Kind kind_of(Opcode opcode) noexcept {
  switch (opcode) {
    case Opcode::text:
      return Incoming::text;
    case Opcode::ping:
      return Incoming::ping;
    case Opcode::pong:
      return Incoming::pong;
    case Opcode::close:
      return Incoming::close;
    default:
      return Incoming::binary;
  }
}

bool is_reserved(Opcode opcode) noexcept { return (static_cast<unsigned>(opcode) & 7) > 2; }

// "No limit" may be spelt SIZE_MAX: room for the arithmetic.
std::size_t largest_message(const DecoderLimits& limits) noexcept {
  return std::min(limits.max_message, std::size_t{1} << 60);
}

// Deflate makes hard data longer, by an eighth at most. More than this is made of blocks that say nothing.
std::uint64_t max_compressed(std::size_t max_message) noexcept {
  return std::uint64_t{max_message} + max_message / 8 + 256;
}

}  // namespace

/// What is known of an unfinished message or frame.
struct UnfinishedMessage::Work {
  Work(const DecoderLimits& its_limits, std::uint32_t now) noexcept : limits(its_limits), since(now) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    release_message();
    if (inflater) limits.deflate->give_back(std::move(inflater));
  }

  const DecoderLimits& limits;
  std::uint32_t since;
  bool delivered = false;  // the payload handed out last lies here

  // The message.
  Buffer message;  // its payload so far: unmasked, inflated
  std::unique_ptr<Inflater> inflater;
  std::size_t charged = 0;   // to the inflate budget
  std::uint64_t length = 0;  // wire bytes of payload, by the headers read so far
  std::uint64_t received = 0;
  std::uint32_t fragments = 0;
  std::uint32_t empty_in_a_row = 0;
  Opcode opcode = Opcode::binary;
  Utf8Validator utf8;
  bool open = false;
  bool compressed = false;

  // The frame.
  bool in_frame = false;
  std::uint8_t header_bytes = 0;  // of a header that is not all there
  std::uint8_t control_bytes = 0;
  FrameHeader frame;
  std::uint64_t frame_done = 0;
  std::array<std::byte, max_frame_header> header;
  std::array<std::byte, max_control_payload> control;

  bool busy() const noexcept { return open || in_frame || header_bytes != 0; }
  void release_message() noexcept;
};

void UnfinishedMessage::End::operator()(Work* work) const noexcept { delete work; }

void UnfinishedMessage::Work::release_message() noexcept {
  Buffer gone = std::exchange(message, Buffer());
  if (!compressed) {
    if (limits.large_buffers != nullptr) limits.large_buffers->give_back(std::move(gone));
    return;
  }
  if (limits.deflate->budget() != nullptr) limits.deflate->budget()->give_back(std::exchange(charged, 0));
  limits.deflate->give_back(std::move(gone));
}

bool UnfinishedMessage::is_busy() const noexcept { return work_->busy(); }
std::uint64_t UnfinishedMessage::received() const noexcept {
  return mid_message() ? work_->received + work_->header_bytes + work_->control_bytes : 0;
}
std::uint32_t UnfinishedMessage::since() const noexcept { return mid_message() ? work_->since : 0; }
std::size_t UnfinishedMessage::buffered() const noexcept {
  return work_ ? sizeof(Work) + work_->message.capacity() : 0;
}

void MessageDecoder::enable_deflate(const DeflateAgreement& agreement) noexcept {
  const bool from_client = role_ == Role::server;
  window_bits_ = from_client ? agreement.client_max_window_bits : agreement.server_max_window_bits;
  takeover_ = !(from_client ? agreement.client_no_context_takeover : agreement.server_no_context_takeover);
}

Bytes MessageDecoder::take_rest() noexcept { return {std::exchange(cursor_, nullptr), std::exchange(left_, 0)}; }

// The common case: a whole short message in one frame. Everything else is left to next_of_any.
std::optional<Incoming> MessageDecoder::next() {
  const bool between = !work_ || (!work_->delivered && !work_->busy());
  const std::size_t header = between && error_ == Errc::ok && !closed_ ? plain_header() : 0;
  if (header == 0) return next_of_any();
  const auto length = static_cast<std::size_t>(cursor_[1] & std::byte{127});
  const bool text = (cursor_[0] & std::byte{15}) == std::byte{static_cast<std::uint8_t>(Opcode::text)};
  const Bytes payload{cursor_ + header, length};
  const bool ascii = role_ == Role::server && apply_mask(payload, load_native<MaskKey>(payload.data() - 4));
  cursor_ += header + length;
  left_ -= static_cast<std::uint32_t>(header + length);
  if (text && !ascii && !is_valid_utf8(payload)) {
    error_ = Errc::invalid_utf8;
    return next_of_any();
  }
  return Incoming{text ? Incoming::text : Incoming::binary, payload, {}};
}

std::optional<Incoming> MessageDecoder::next_of_any() {
  if (work_) end_delivery();
  while (error_ == Errc::ok && !closed_) {
    if (work_ && work_->in_frame) {
      if (left_ == 0 && work_->frame_done != work_->frame.length) return std::nullopt;
      if (auto incoming = continue_frame()) return incoming;
      continue;
    }
    const std::optional<FrameHeader> header = read_header();
    if (!header) break;
    if (const Errc e = check_message(*header); e != Errc::ok) {
      error_ = e;
      break;
    }
    const bool whole = header->length <= left_;
    const bool view = whole && header->fin && header->opcode != Opcode::continuation && header->rsv == 0;
    if (!view) {
      begin_frame(*header);
    } else if (auto incoming = deliver_view(*header)) {
      return incoming;
    }
  }
  // Nothing more to deliver: an error, a close frame, or all bytes are used.
  if (error_ != Errc::ok || closed_) {
    take_rest();
    work_.reset();
  } else if (work_ && !work_->busy() && !work_->inflater) {
    work_.reset();
  }
  return std::nullopt;
}

// The size of the header, if the next frame is a whole unfragmented, uncompressed text or binary message of less than
// 126 bytes, masked as it should be and within the limit; 0 for any other.
std::size_t MessageDecoder::plain_header() const noexcept {
  const std::size_t header = role_ == Role::server ? 6 : 2;
  if (left_ < header) return 0;
  const auto first = static_cast<unsigned>(cursor_[0]);
  if (first != 0x81 && first != 0x82) return 0;
  const unsigned length = static_cast<unsigned>(cursor_[1]) ^ (role_ == Role::server ? 0x80u : 0u);
  return length < 126 && header + length <= left_ && length <= limits_->max_message ? header : 0;
}

std::optional<FrameHeader> MessageDecoder::read_header() {
  std::byte* at = cursor_;
  std::size_t have = left_;
  std::size_t kept = work_ ? work_->header_bytes : 0;
  if (kept != 0) {
    // The header straddles two feeds: complete it where it is kept.
    Work& w = *work_;
    std::size_t size = kept >= 2 ? header_size_on_wire(w.header[1]) : 2;
    while (kept < size && left_ != 0) {
      w.header[kept++] = *cursor_++;
      --left_;
      if (kept == 2) size = header_size_on_wire(w.header[1]);
    }
    w.header_bytes = static_cast<std::uint8_t>(kept);
    at = w.header.data();
    have = kept;
  }
  if (have >= 2) {
    if (const Errc e = check_start(at[0], at[1]); e != Errc::ok) {
      error_ = e;
      return std::nullopt;
    }
  }
  const std::optional<FrameHeader> header = decode_header({at, have});
  if (!header) {
    if (kept == 0 && have != 0) keep_header();
    return std::nullopt;
  }
  if (kept != 0) {
    work_->header_bytes = 0;
  } else {
    const std::size_t size = header_size_on_wire(at[1]);
    cursor_ += size;
    left_ -= static_cast<std::uint32_t>(size);
    if (work_ && !work_->open) work_->since = now_;
  }
  return header;
}

void MessageDecoder::keep_header() {
  Work& w = work();
  if (!w.open) w.since = now_;
  w.header_bytes = static_cast<std::uint8_t>(left_);
  std::copy_n(cursor_, left_, w.header.data());
  cursor_ += left_;
  left_ = 0;
}

// What the first two bytes of a header tell (RFC 6455 sections 5.1, 5.2, 5.4 and 5.5).
Errc MessageDecoder::check_start(std::byte first, std::byte second) const noexcept {
  const auto opcode = static_cast<Opcode>(first & std::byte{15});
  const bool fin = (first & std::byte{0x80}) != std::byte{0};
  const auto rsv = static_cast<unsigned>(first) >> 4 & 7;
  const bool masked = (second & std::byte{0x80}) != std::byte{0};
  const auto length = static_cast<unsigned>(second) & 127;
  const bool open = work_ && work_->open;

  if (is_reserved(opcode)) return Errc::reserved_opcode;
  if (rsv != 0) {
    // RFC 7692 section 6.1: RSV1 on the first frame of a data message only.
    const bool begins = opcode == Opcode::text || opcode == Opcode::binary;
    if (rsv != rsv_compressed || window_bits_ == 0 || !begins) return Errc::reserved_bits;
  }
  if (role_ == Role::server && !masked) return Errc::unmasked_frame;
  if (role_ == Role::client && masked) return Errc::masked_frame;
  if (is_control(opcode)) {
    if (!fin) return Errc::fragmented_control;
    if (length > max_control_payload) return Errc::control_frame_too_long;
  } else if (opcode == Opcode::continuation) {
    if (!open) return Errc::unexpected_continuation;
  } else if (open) {
    return Errc::unfinished_message;
  }
  return Errc::ok;
}

// What the whole header tells, before any of the payload is looked at or room is made for it.
Errc MessageDecoder::check_message(const FrameHeader& header) const noexcept {
  if (!header.minimal) return Errc::length_not_minimal;
  if (header.length >> 63 != 0) return Errc::length_out_of_range;
  if (is_control(header.opcode)) return Errc::ok;

  const Work* w = work_ && work_->open ? work_.get() : nullptr;
  const bool compressed = w ? w->compressed : header.rsv != 0;
  const std::size_t max_message = largest_message(*limits_);
  const std::uint64_t limit = compressed ? max_compressed(max_message) : max_message;
  const std::uint64_t before = w ? w->length : 0;
  if (header.length > limit - before) return Errc::message_too_big;
  if ((w ? w->fragments : 0) >= limits_->max_fragments) return Errc::too_many_fragments;
  const bool fragmented = w || !header.fin;
  if (fragmented && header.length == 0 && (w ? w->empty_in_a_row : 0) >= limits_->max_empty_fragments) {
    return Errc::too_many_empty_fragments;
  }
  return Errc::ok;
}

std::optional<Incoming> MessageDecoder::deliver_view(const FrameHeader& header) noexcept {
  const Bytes payload{cursor_, static_cast<std::size_t>(header.length)};
  cursor_ += payload.size();
  left_ -= static_cast<std::uint32_t>(payload.size());
  const bool ascii = header.mask && apply_mask(payload, *header.mask);
  if (is_control(header.opcode)) return deliver_control(header.opcode, payload);
  if (header.opcode == Opcode::text && !ascii && !is_valid_utf8(payload)) return fail(Errc::invalid_utf8);
  return Incoming{kind_of(header.opcode), payload, {}};
}

std::optional<Incoming> MessageDecoder::deliver_control(Opcode opcode, ConstBytes payload) noexcept {
  Incoming incoming{kind_of(opcode), payload, {}};
  if (opcode != Opcode::close) return incoming;
  if (payload.size() == 1) return fail(Errc::invalid_close_payload);
  if (payload.size() >= 2) {
    incoming.close_frame = {load_be16(payload.data()), as_text(payload.subspan(2))};
    if (!is_valid_close_code(incoming.close_frame.code)) return fail(Errc::invalid_close_code);
    if (!is_valid_utf8(payload.subspan(2))) return fail(Errc::invalid_close_reason);
  }
  closed_ = true;
  return incoming;
}

void MessageDecoder::begin_frame(const FrameHeader& header) {
  Work& w = work();
  w.in_frame = true;
  w.frame = header;
  w.frame_done = 0;
  w.control_bytes = 0;
  if (is_control(header.opcode)) return;

  if (!w.open) {
    w.open = true;
    w.opcode = header.opcode;
    w.compressed = header.rsv != 0;
    w.utf8 = {};
    w.length = w.received = w.fragments = w.empty_in_a_row = 0;
    if (w.compressed) {
      if (!w.inflater) w.inflater = limits_->deflate->take_inflater(window_bits_);
      w.message = limits_->deflate->take_buffer();
    }
  }
  w.length += header.length;
  w.received += header_size(header.length, header.mask.has_value());
  ++w.fragments;
  w.empty_in_a_row = header.length == 0 ? w.empty_in_a_row + 1 : 0;
}

std::optional<Incoming> MessageDecoder::continue_frame() {
  Work& w = *work_;
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, w.frame.length - w.frame_done));
  const Bytes part{cursor_, n};
  cursor_ += n;
  left_ -= static_cast<std::uint32_t>(n);
  if (w.frame.mask) apply_mask(part, *w.frame.mask, w.frame_done);
  w.frame_done += n;
  const bool frame_ends = w.frame_done == w.frame.length;

  if (is_control(w.frame.opcode)) {
    std::copy_n(part.data(), n, w.control.data() + w.control_bytes);
    w.control_bytes = static_cast<std::uint8_t>(w.control_bytes + n);
    if (!frame_ends) return std::nullopt;
    w.in_frame = false;
    return deliver_control(w.frame.opcode, ConstBytes(w.control).first(std::exchange(w.control_bytes, 0)));
  }

  w.received += n;
  const bool message_ends = frame_ends && w.frame.fin;
  if (const Errc e = w.compressed ? take_compressed(part, message_ends) : take_plain(part); e != Errc::ok)
    return fail(e);
  if (frame_ends) w.in_frame = false;
  if (!message_ends) return std::nullopt;
  if (w.opcode == Opcode::text && !w.utf8.complete()) return fail(Errc::invalid_utf8);
  w.open = false;
  w.delivered = true;
  return Incoming{kind_of(w.opcode), w.message.bytes(), {}};
}

Errc MessageDecoder::take_plain(ConstBytes part) {
  Work& w = *work_;
  if (w.opcode == Opcode::text && !w.utf8.feed(part)) return Errc::invalid_utf8;
  if (part.data() == w.message.data() + w.message.size()) {  // it was read in place: see input_room
    w.message.commit(part.size());
    return Errc::ok;
  }
  const std::size_t needed = w.message.size() + part.size();
  if (needed > w.message.capacity()) make_room(needed);
  w.message.append(part);
  return Errc::ok;
}

void MessageDecoder::make_room(std::size_t needed) {
  Work& w = *work_;
  BufferPool* const pool = limits_->large_buffers;
  const std::uint64_t declared = needed + (w.frame.length - w.frame_done);
  // Memory that is there anyway may be had for a header. Fresh one must be earned: at most 64 KiB ahead, or as much
  // again as has come.
  Buffer larger;
  if (pool != nullptr && declared >= BufferPool::smallest)
    larger = pool->take_spare(static_cast<std::size_t>(declared));
  if (larger.capacity() == 0) {
    std::uint64_t room = std::min<std::uint64_t>(declared, needed + std::max(needed, 64_KiB));
    if (!w.frame.fin) room = std::max<std::uint64_t>(room, needed + needed / 2);  // many small fragments
    if (pool == nullptr) return grow_exactly(w.message, static_cast<std::size_t>(room));
    larger = pool->take(static_cast<std::size_t>(room));
  }
  larger.append(w.message.bytes());
  pool->give_back(std::exchange(w.message, std::move(larger)));
}

Bytes UnfinishedMessage::input_room() noexcept {
  constexpr std::size_t least = 32_KiB;  // for less it is not worth a call of its own
  if (!work_ || !work_->in_frame || work_->compressed || is_control(work_->frame.opcode)) return {};
  Work& w = *work_;
  const std::uint64_t room =
      std::min<std::uint64_t>(w.message.capacity() - w.message.size(), w.frame.length - w.frame_done);
  if (room < least) return {};
  return {w.message.prepare(0), static_cast<std::size_t>(room)};
}

Errc MessageDecoder::take_compressed(ConstBytes part, bool message_ends) {
  Work& w = *work_;
  const std::size_t before = w.message.size();
  const Inflater::Sink sink{w.message, largest_message(*limits_), limits_->deflate->budget(), w.charged};
  Errc e = w.inflater->inflate(sink, part);
  // A compressed message of no bytes at all is taken for an empty one, as other receivers do.
  if (e == Errc::ok && message_ends && w.length != 0) e = w.inflater->finish(sink);
  // What was inflated before an error comes first, so that the verdict does not depend on how the bytes were cut.
  if (w.opcode == Opcode::text && !w.utf8.feed(w.message.bytes().subspan(before))) return Errc::invalid_utf8;
  return e;
}

UnfinishedMessage::Work& MessageDecoder::work() {
  if (!work_) work_.reset(new Work(*limits_, now_));
  return *work_;
}

// A payload in `work_` that was handed out is no longer borrowed.
void MessageDecoder::end_delivery() noexcept {
  Work& w = *work_;
  if (!w.delivered) return;
  w.delivered = false;
  w.release_message();
  if (w.compressed && !takeover_) limits_->deflate->give_back(std::move(w.inflater));
}

std::optional<Incoming> MessageDecoder::fail(Errc e) noexcept {
  error_ = e;
  return std::nullopt;
}

}  // namespace duplex::ws
