// SPDX-License-Identifier: MIT
#include "protocol/http/response.h"

#include <array>
#include <charconv>

#include "protocol/http/cookie.h"
#include "protocol/http/header_id.h"
#include "protocol/http/status.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

void append_number(Buffer& out, std::uint64_t value, int base = 10) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

}  // namespace

ResponseWriter::ResponseWriter(Buffer& out, int status, std::string_view reason)
    : out_(out), begin_(out.size()), status_(status) {
  if (reason.empty()) reason = reason_for(status);
  if (status < 100 || status > 999) fail(Errc::invalid_status);
  if (!is_field_value(reason)) fail(Errc::invalid_header_value);
  if (error_ != Errc::ok) return;
  out_.append("HTTP/1.1 ");
  append_number(out_, static_cast<std::uint64_t>(status));
  out_.push_back(' ');
  out_.append(reason);
  out_.append("\r\n");
}

ResponseWriter& ResponseWriter::field(std::string_view name, std::string_view value) {
  if (error_ != Errc::ok) return *this;
  const HeaderId id = header_id(name);
  if (!is_token(name))
    fail(Errc::invalid_header_name);
  else if (!is_field_value(value))
    fail(Errc::invalid_header_value);
  else if (id == HeaderId::content_length || id == HeaderId::transfer_encoding)
    fail(Errc::conflicting_framing);
  if (error_ != Errc::ok) return *this;
  out_.append(name);
  out_.append(": ");
  out_.append(value);
  out_.append("\r\n");
  return *this;
}

ResponseWriter& ResponseWriter::field(std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return field(name, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

ResponseWriter& ResponseWriter::cookie(const SetCookie& cookie) {
  if (error_ != Errc::ok) return *this;
  out_.append("Set-Cookie: ");
  if (const Errc error = write_set_cookie(out_, cookie); error != Errc::ok) fail(error);
  out_.append("\r\n");
  return *this;
}

ResponseWriter& ResponseWriter::content_length(std::uint64_t bytes) {
  if (!may_frame()) return *this;
  out_.append("Content-Length: ");
  append_number(out_, bytes);
  out_.append("\r\n");
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
  append_number(out, size, 16);
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
