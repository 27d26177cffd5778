// SPDX-License-Identifier: MIT
#include "conformance/deflate.h"

#define ZLIB_CONST
#include <zlib.h>

namespace conformance {
namespace {

constexpr std::string_view sync_tail("\x00\x00\xff\xff", 4);

const Bytef* input(std::string_view bytes) { return reinterpret_cast<const Bytef*>(bytes.data()); }

}  // namespace

// Level 1: the blocks are as hard to read as those of level 9, and the full run compresses 10 GB.
Compressor::Compressor(int window_bits, bool takeover) : stream_(new z_stream_s{}), takeover_(takeover) {
  deflateInit2(stream_.get(), 1, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
}

Compressor::~Compressor() { deflateEnd(stream_.get()); }

std::string Compressor::operator()(std::string_view message) {
  std::string out(deflateBound(stream_.get(), message.size()) + 64, '\0');
  stream_->next_in = input(message);
  stream_->avail_in = static_cast<uInt>(message.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data());
  stream_->avail_out = static_cast<uInt>(out.size());
  ::deflate(stream_.get(), Z_SYNC_FLUSH);
  out.resize(out.size() - stream_->avail_out);
  if (out.ends_with(sync_tail)) out.resize(out.size() - sync_tail.size());
  if (!takeover_) deflateReset(stream_.get());
  return out;
}

// zlib looks at the window only for what is no longer in the output, so the output is a quarter of the window: a
// distance that reaches beyond both is then refused, instead of being served from a buffer that happens to be large.
Decompressor::Decompressor(int window_bits, bool takeover)
    : stream_(new z_stream_s{}),
      chunk_(std::size_t{1} << (window_bits == 15 ? 16 : window_bits - 2), '\0'),
      takeover_(takeover) {
  inflateInit2(stream_.get(), -window_bits);
}

Decompressor::~Decompressor() { inflateEnd(stream_.get()); }

std::optional<std::string> Decompressor::operator()(std::string message) {
  message += sync_tail;
  std::string out;
  stream_->next_in = input(message);
  stream_->avail_in = static_cast<uInt>(message.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(chunk_.data());
    stream_->avail_out = static_cast<uInt>(chunk_.size());
    auto r = ::inflate(stream_.get(), Z_SYNC_FLUSH);
    if (r == Z_STREAM_END) {
      inflateReset(stream_.get());  // a final block ends the stream, not the message (RFC 7692 §7.2.3.4)
    } else if (r != Z_OK && r != Z_BUF_ERROR) {
      return std::nullopt;
    }
    out.append(chunk_, 0, chunk_.size() - stream_->avail_out);
    if (r == Z_BUF_ERROR) break;
  } while (stream_->avail_in > 0 || stream_->avail_out == 0);
  if (!takeover_) inflateReset(stream_.get());
  return out;
}

}  // namespace conformance
