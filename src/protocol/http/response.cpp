// SPDX-License-Identifier: MIT
#include "protocol/http/response.h"

#include <array>
#include <charconv>
#include <cstring>

#include "protocol/http/cookie.h"
#include "protocol/http/status.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

/// A number's digits.
class Digits {
 public:
  explicit Digits(std::uint64_t value, int base = 10) noexcept
      : end_(std::to_chars(digits_.data(), digits_.data() + digits_.size(), value, base).ptr) {}
  std::string_view text() const noexcept { return {digits_.data(), static_cast<std::size_t>(end_ - digits_.data())}; }

 private:
  std::array<char, 20> digits_;
  const char* end_;
};

/// Whether it says where the body ends.
bool frames(std::string_view name) noexcept {
  return equals_ignore_case(name, "content-length") || equals_ignore_case(name, "transfer-encoding");
}

std::byte* put(std::byte* to, std::string_view text) noexcept {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

}  // namespace

ResponseWriter::ResponseWriter(Buffer& out, int status, std::string_view reason)
    : out_(out), begin_(out.size()), status_(status) {
  if (status < 100 || status > 999) fail(Errc::invalid_status);
  if (!is_field_value(reason)) fail(Errc::invalid_header_value);
  if (error_ != Errc::ok) return;
  if (reason.empty()) reason = reason_for(status);
  out_.append("HTTP/1.1 ");
  out_.append(Digits(static_cast<std::uint64_t>(status)).text());
  out_.push_back(' ');
  out_.append(reason);
  out_.append("\r\n");
}

/// A field whose name and value are known to be good, written at once.
void ResponseWriter::line(std::string_view name, std::string_view value) {
  const std::size_t size = name.size() + value.size() + 4;
  std::byte* to = put(put(out_.prepare(size), name), ": ");
  if (!value.empty()) to = put(to, value);
  put(to, "\r\n");
  out_.commit(size);
}

ResponseWriter& ResponseWriter::field(std::string_view name, std::string_view value) {
  if (error_ != Errc::ok) return *this;
  if (!is_token(name))
    fail(Errc::invalid_header_name);
  else if (!is_field_value(value))
    fail(Errc::invalid_header_value);
  else if (frames(name))
    fail(Errc::conflicting_framing);
  if (error_ == Errc::ok) line(name, value);
  return *this;
}

ResponseWriter& ResponseWriter::field(std::string_view name, std::uint64_t value) {
  return field(name, Digits(value).text());
}

ResponseWriter& ResponseWriter::cookie(const SetCookie& cookie) {
  if (error_ != Errc::ok) return *this;
  out_.append("Set-Cookie: ");
  if (const Errc error = write_set_cookie(out_, cookie); error != Errc::ok) fail(error);
  out_.append("\r\n");
  return *this;
}

ResponseWriter& ResponseWriter::content_length(std::uint64_t bytes) {
  if (may_frame()) line("Content-Length", Digits(bytes).text());
  return *this;
}

ResponseWriter& ResponseWriter::chunked() {
  if (may_frame()) out_.append("Transfer-Encoding: chunked\r\n");
  return *this;
}

Errc ResponseWriter::finish() {
  if (error_ != Errc::ok)
    out_.truncate(begin_);
  else
    out_.append("\r\n");
  return error_;
}

void ResponseWriter::fail(Errc error) noexcept {
  if (error_ == Errc::ok) error_ = error;
}

bool ResponseWriter::may_frame() noexcept {
  if (framed_) fail(Errc::conflicting_framing);
  framed_ = true;
  return error_ == Errc::ok && status_ >= 200 && status_ != 204;
}

void write_chunk_size(Buffer& out, std::uint64_t size) {
  out.append(Digits(size, 16).text());
  out.append("\r\n");
}

void write_chunk(Buffer& out, ConstBytes data) {
  if (data.empty()) return;
  write_chunk_size(out, data.size());
  out.append(data);
  out.append("\r\n");
}

void write_last_chunk(Buffer& out) { out.append("0\r\n\r\n"); }

}  // namespace duplex::http
