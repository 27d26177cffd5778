// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/buffer.h"
#include "protocol/http/error.h"

namespace duplex::http {

struct SetCookie;

/// Writes a response head. A name or value that could break out of its line makes `finish()` return an error and
/// leaves nothing of the head in the buffer (response splitting).
///
///     Errc error = ResponseWriter(out, 200).field("Content-Type", type).date(now).content_length(n).finish();
class ResponseWriter {
 public:
  ResponseWriter(Buffer& out, int status, std::string_view reason = {});

  ResponseWriter& field(std::string_view name, std::string_view value);
  ResponseWriter& field(std::string_view name, std::uint64_t value);
  ResponseWriter& cookie(const SetCookie& cookie);
  ResponseWriter& date(std::string_view text) { return field("Date", text); }
  /// One of the two at most. Neither appears in 1xx and 204, which have no body (RFC 9110 §8.6).
  ResponseWriter& content_length(std::uint64_t bytes);
  ResponseWriter& chunked();

  /// Ends the head with an empty line, or takes back everything that was written.
  Errc finish();

 private:
  void line(std::string_view name, std::string_view value);
  void fail(Errc error) noexcept;
  bool may_frame() noexcept;

  Buffer& out_;
  std::size_t begin_;
  int status_;
  bool framed_ = false;
  Errc error_ = Errc::ok;
};

/// A chunk with its size line and end. An empty one is not written: it would end the body.
void write_chunk(Buffer& out, ConstBytes data);
/// The size line alone, for data that is sent from where it lies; "\r\n" must follow that data.
void write_chunk_size(Buffer& out, std::uint64_t size);
void write_last_chunk(Buffer& out);
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace duplex::http
