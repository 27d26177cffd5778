// SPDX-License-Identifier: MIT
#include "protocol/http/content_coding.h"

#include <zlib.h>

#include "protocol/http/token.h"

namespace duplex::http {

Coding choose_coding(std::string_view accept_encoding) noexcept {
  if (accept_encoding.empty()) return Coding::identity;
  if (accepts_encoding(accept_encoding, "gzip")) return Coding::gzip;
  return accepts_encoding(accept_encoding, "deflate") ? Coding::deflate : Coding::identity;
}

bool pack(Buffer& out, Coding coding, ConstBytes body, int level) {
  constexpr int zlib_window = 15, gzip_window = 15 + 16, memory_level = 8;
  z_stream stream{};
  const int window = coding == Coding::gzip ? gzip_window : zlib_window;  // "deflate" is zlib's format (RFC 9110)
  if (deflateInit2(&stream, level, Z_DEFLATED, window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  const std::size_t most = deflateBound(&stream, static_cast<uLong>(body.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.prepare(most));
  stream.avail_out = static_cast<uInt>(most);
  const bool ended = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  if (ended) out.commit(stream.total_out);
  deflateEnd(&stream);
  return ended;
}

}  // namespace duplex::http
