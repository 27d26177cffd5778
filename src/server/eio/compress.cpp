// SPDX-License-Identifier: MIT
#include "server/eio/compress.h"

#include <zlib.h>

#include "protocol/http/token.h"

namespace duplex::eio {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "q=0", "q=0.000": not acceptable.
bool refused(std::string_view parameters) noexcept {
  const std::string_view q = trimmed(parameters);
  return q.starts_with("q=0") && q.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

Coding choose_coding(std::string_view accept) noexcept {
  bool gzip = false, deflate = false, any = false, gzip_refused = false, deflate_refused = false;
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    const std::string_view item = accept.substr(0, comma);
    accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
    const std::size_t semicolon = item.find(';');
    const std::string_view name = trimmed(item.substr(0, semicolon));
    const bool taken = semicolon == std::string_view::npos || !refused(item.substr(semicolon + 1));
    if (http::equals_ignore_case(name, "gzip"))
      (taken ? gzip : gzip_refused) = true;
    else if (http::equals_ignore_case(name, "deflate"))
      (taken ? deflate : deflate_refused) = true;
    else if (name == "*")
      any = taken;
  }
  if (gzip || (any && !gzip_refused)) return Coding::gzip;
  if (deflate || (any && !deflate_refused)) return Coding::deflate;
  return Coding::identity;
}

std::string compress(Coding coding, ConstBytes bytes) {
  constexpr int zlib_window = 15, gzip_window = 15 + 16, memory_level = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, coding == Coding::gzip ? gzip_window : zlib_window,
                   memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(result == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace duplex::eio
