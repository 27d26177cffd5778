// SPDX-License-Identifier: MIT
#include "protocol/http/framing.h"

#include "protocol/http/headers.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

/// RFC 9110 §8.6 allows a list of equal numbers ("5, 5"); two readers may split it differently, so it is refused here.
Errc content_length(std::string_view text, std::uint64_t& length) noexcept {
  if (text.empty() || text.size() > 19) return Errc::bad_content_length;  // 19 digits always fit
  length = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return Errc::bad_content_length;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return Errc::ok;
}

/// What is wrong with a Transfer-Encoding that is not exactly `chunked`.
Errc refuse_transfer_encoding(std::string_view text) noexcept {
  bool any = false, unknown = false, chunked = false, chunked_is_last = false;
  ListCursor codings(text);
  while (const auto coding = codings.next()) {
    if (!is_token(*coding)) return Errc::bad_transfer_encoding;
    const bool is_chunked = equals_ignore_case(*coding, "chunked");
    any = true;
    unknown = unknown || !is_chunked;
    chunked_is_last = is_chunked && !chunked;
    chunked = chunked || is_chunked;
  }
  if (!any || !unknown || (chunked && !chunked_is_last)) return Errc::bad_transfer_encoding;
  return Errc::unknown_transfer_coding;
}

}  // namespace

Errc framing_of(const Headers& headers, int minor_version, Framing& framing) noexcept {
  framing = {};
  const Header* length = headers.find(HeaderId::content_length);
  const Header* encoding = headers.find(HeaderId::transfer_encoding);
  if (encoding != nullptr) {
    if (length != nullptr) return Errc::length_and_transfer_encoding;
    // RFC 9112 §6.1: an HTTP/1.0 peer does not know chunks, so a proxy between has mixed something up.
    if (minor_version == 0 || headers.is_repeated(HeaderId::transfer_encoding)) return Errc::bad_transfer_encoding;
    if (!equals_ignore_case(encoding->value, "chunked")) return refuse_transfer_encoding(encoding->value);
    framing.kind = Framing::Kind::chunked;
    return Errc::ok;
  }
  if (length == nullptr) return Errc::ok;
  if (headers.is_repeated(HeaderId::content_length)) return Errc::duplicate_content_length;
  if (const Errc error = content_length(length->value, framing.length); error != Errc::ok) return error;
  if (framing.length != 0) framing.kind = Framing::Kind::length;
  return Errc::ok;
}

bool keeps_alive(const Headers& headers, int minor_version) noexcept {
  if (headers.has_token(HeaderId::connection, "close")) return false;
  return minor_version != 0 || headers.has_token(HeaderId::connection, "keep-alive");
}

}  // namespace duplex::http
