// SPDX-License-Identifier: MIT
#include "protocol/ws/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "protocol/ws/exact_growth.h"

namespace duplex::ws {
namespace {

// How much room an inflated message begins with. So much is not charged to the budget: short messages of others go
// through while large ones exhaust it.
constexpr std::size_t piece = 16_KiB;

// What a sync flush ends with, and RFC 7692 section 7.2.1 leaves out.
constexpr std::array<std::byte, 4> tail = {std::byte{0}, std::byte{0}, std::byte{0xff}, std::byte{0xff}};

Bytef* zbytes(const std::byte* p) noexcept { return reinterpret_cast<Bytef*>(const_cast<std::byte*>(p)); }

}  // namespace

void Deflater::Delete::operator()(z_stream_s* stream) const noexcept {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater(DeflateParameters parameters) : stream_(new z_stream{}), parameters_(parameters) {
  const int window_bits = std::clamp<int>(parameters.window_bits, 9, 15);
  const int mem_level = std::clamp<int>(parameters.mem_level, 1, 9);
  const int level = std::clamp<int>(parameters.level, 1, 9);
  // With arguments in range, only memory can be missing.
  if (deflateInit2(stream_.get(), level, Z_DEFLATED, -window_bits, mem_level, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}
Deflater::~Deflater() = default;

void Deflater::reset() noexcept { deflateReset(stream_.get()); }

void Deflater::compress(Buffer& out, ConstBytes message) {
  if (message.empty()) {
    out.push_back(std::byte{0});  // RFC 7692 section 7.2.3.6; zlib would refuse a second flush with nothing in between
    return;
  }
  while (!message.empty()) {  // zlib counts in 32 bits
    const ConstBytes part = message.first(std::min<std::size_t>(message.size(), std::size_t{1} << 30));
    message = message.subspan(part.size());
    stream_->next_in = zbytes(part.data());
    stream_->avail_in = static_cast<uInt>(part.size());
    do {
      const std::size_t room = std::clamp<std::size_t>(stream_->avail_in + 64, 256, 64_KiB);
      stream_->next_out = zbytes(out.prepare(room));
      stream_->avail_out = static_cast<uInt>(room);
      deflate(stream_.get(), message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      out.commit(room - stream_->avail_out);
    } while (stream_->avail_out == 0);
  }
  out.truncate(out.size() - tail.size());
}

void Inflater::Delete::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater(std::uint8_t window_bits)
    : stream_(new z_stream{}), window_bits_(std::clamp<std::uint8_t>(window_bits, 8, 15)) {
  if (inflateInit2(stream_.get(), -int{window_bits_}) != Z_OK) throw std::bad_alloc();
}
Inflater::~Inflater() = default;

void Inflater::reset() noexcept {
  inflateReset(stream_.get());
  ended_ = false;
}

Errc Inflater::inflate(const Sink& sink, ConstBytes input) {
  while (!input.empty()) {  // zlib counts in 32 bits
    const ConstBytes part = input.first(std::min<std::size_t>(input.size(), std::size_t{1} << 30));
    if (const Errc e = run(sink, part); e != Errc::ok) return e;
    input = input.subspan(part.size());
  }
  return Errc::ok;
}

Errc Inflater::finish(const Sink& sink) {
  // A block with BFINAL that ends the message exactly leaves nothing for the tail to complete.
  if (std::exchange(ended_, false)) return Errc::ok;
  if (const Errc e = run(sink, tail); e != Errc::ok) return e;
  ended_ = false;
  // 128: zlib stands between two blocks. Anywhere else the message was cut short, and ate the tail as data.
  return (stream_->data_type & 128) != 0 ? Errc::ok : Errc::invalid_deflate;
}

Errc Inflater::run(const Sink& sink, ConstBytes input) {
  Buffer& out = sink.out;
  stream_->next_in = zbytes(input.data());
  stream_->avail_in = static_cast<uInt>(input.size());
  while (true) {
    if (out.size() == out.capacity()) {
      // One byte more than the limit, to see that it is passed.
      grow_exactly(out, std::min(sink.limit + 1, std::max(out.size() * 2, piece)));
    }
    const std::size_t due = out.capacity() - std::min(out.capacity(), piece);
    if (sink.budget != nullptr && due > sink.charged) {
      if (!sink.budget->take(due - sink.charged)) return Errc::inflate_budget_exhausted;
      sink.charged = due;
    }
    const std::size_t room = std::min({out.capacity() - out.size(), sink.limit + 1 - out.size(), std::size_t{1} << 30});
    stream_->next_out = zbytes(out.prepare(room));
    stream_->avail_out = static_cast<uInt>(room);
    const int result = ::inflate(stream_.get(), Z_SYNC_FLUSH);
    out.commit(room - stream_->avail_out);
    if (out.size() > sink.limit) return Errc::message_too_big;
    ended_ = result == Z_STREAM_END;
    if (ended_) {
      // BFINAL: blocks may follow at the next byte, and may still refer to the window (RFC 7692 section 7.2.3.4).
      inflateResetKeep(stream_.get());
      if (stream_->avail_in == 0) return Errc::ok;
      continue;
    }
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_BUF_ERROR) return Errc::invalid_deflate;
    if (stream_->avail_out != 0) return Errc::ok;  // all input is used, and nothing waits for room
  }
}

}  // namespace duplex::ws
