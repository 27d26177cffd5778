// SPDX-License-Identifier: MIT
#include "protocol/http/body_decoder.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

static_assert(sizeof(BodyDecoder) == 40);

constexpr std::uint64_t hash_start = 0xcbf29ce484222325;
constexpr std::uint64_t hash_step(std::uint64_t hash, unsigned char c) noexcept {  // FNV-1a
  const unsigned char low = c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c;
  return (hash ^ low) * 0x100000001b3;
}
constexpr std::uint64_t hash_of(std::string_view name) noexcept {
  std::uint64_t hash = hash_start;
  for (char c : name) hash = hash_step(hash, static_cast<unsigned char>(c));
  return hash;
}

/// RFC 9110 §6.5.1: what frames, routes, authenticates or describes a message must come before its body. Only hashes
/// are compared, so that a name need not be kept; a stranger that shares a hash is refused as well, which does no harm.
constexpr std::array forbidden = [] {
  std::array hashes = {
      hash_of("authorization"),
      hash_of("cache-control"),
      hash_of("connection"),
      hash_of("content-encoding"),
      hash_of("content-length"),
      hash_of("content-range"),
      hash_of("content-type"),
      hash_of("cookie"),
      hash_of("expect"),
      hash_of("forwarded"),
      hash_of("host"),
      hash_of("keep-alive"),
      hash_of("max-forwards"),
      hash_of("origin"),
      hash_of("pragma"),
      hash_of("proxy-authorization"),
      hash_of("proxy-connection"),
      hash_of("range"),
      hash_of("set-cookie"),
      hash_of("te"),
      hash_of("trailer"),
      hash_of("transfer-encoding"),
      hash_of("upgrade"),
      hash_of("www-authenticate"),
      hash_of("x-forwarded-for"),
      hash_of("x-forwarded-host"),
      hash_of("x-forwarded-proto"),
  };
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}();

int hex_value(unsigned char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_text(unsigned char c) noexcept { return (c >= 0x20 && c != 0x7f) || c == '\t'; }

}  // namespace

Errc BodyDecoder::start(const Framing& framing, const BodyLimits& limits) noexcept {
  *this = {};
  switch (framing.kind) {
    case Framing::Kind::none:
      break;
    case Framing::Kind::length:
      if (framing.length > limits.body) return fail(Errc::body_too_large).error;
      remaining_ = framing.length;
      state_ = State::length;
      break;
    case Framing::Kind::chunked:
      state_ = State::size_first;
      break;
    case Framing::Kind::until_close:
      state_ = State::until_close;
      break;
  }
  return Errc::ok;
}

BodyStep BodyDecoder::feed(Bytes& input, const BodyLimits& limits) noexcept {
  for (;;) {
    if (state_ == State::done) return {BodyStep::Kind::done};
    if (state_ == State::failed) return fail(error_);
    if (input.empty()) return {};
    if (state_ == State::length || state_ == State::data) return take(input, remaining_);
    if (state_ == State::until_close) {
      if (received_ == limits.body) return fail(Errc::body_too_large);
      return take(input, limits.body - received_);
    }
    const auto c = static_cast<unsigned char>(input.front());
    input = input.subspan(1);
    if (const Errc error = step(c, limits); error != Errc::ok) return fail(error);
  }
}

Errc BodyDecoder::finish() const noexcept {
  if (state_ == State::failed) return error_;
  return state_ == State::done || state_ == State::until_close ? Errc::ok : Errc::body_cut_short;
}

BodyStep BodyDecoder::take(Bytes& input, std::uint64_t most) noexcept {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(most, input.size()));
  const Bytes data = input.first(n);
  input = input.subspan(n);
  received_ += n;
  if (state_ != State::until_close) {
    remaining_ -= n;
    if (remaining_ == 0) state_ = state_ == State::length ? State::done : State::data_cr;
  }
  return {BodyStep::Kind::data, Errc::ok, data};
}

BodyStep BodyDecoder::fail(Errc error) noexcept {
  state_ = State::failed;
  error_ = error;
  return {BodyStep::Kind::failed, error};
}

/// One byte that is not body (RFC 9112 §7.1).
Errc BodyDecoder::step(unsigned char c, const BodyLimits& limits) noexcept {
  switch (state_) {
    case State::size_first:
    case State::size:
      return size_digit(c, limits);
    case State::extension:
      if (c == '\r') {
        state_ = State::size_lf;
        return Errc::ok;
      }
      if (++extension_ > limits.chunk_extension || ++extensions_ > limits.chunk_extensions) {
        return Errc::chunk_extension_too_long;
      }
      return is_text(c) ? Errc::ok : Errc::bad_chunk_size;  // a bare LF here is how CVE-2025-55315 smuggled
    case State::size_lf:
      if (c != '\n') return Errc::bad_chunk_size;
      state_ = remaining_ == 0 ? State::trailer_start : State::data;
      return Errc::ok;
    case State::data_cr:
      state_ = State::data_lf;
      return c == '\r' ? Errc::ok : Errc::bad_chunk_end;
    case State::data_lf:
      state_ = State::size_first;
      digits_ = 0;
      return c == '\n' ? Errc::ok : Errc::bad_chunk_end;
    case State::end_lf:
      state_ = State::done;
      return c == '\n' ? Errc::ok : Errc::bad_trailer;
    default:
      return trailer(c, limits);
  }
}

Errc BodyDecoder::size_digit(unsigned char c, const BodyLimits& limits) noexcept {
  if (const int digit = hex_value(c); digit >= 0) {
    if (++digits_ > 16) return Errc::bad_chunk_size;  // more do not fit 64 bits
    remaining_ = remaining_ << 4 | static_cast<std::uint64_t>(digit);
    state_ = State::size;
    return Errc::ok;
  }
  if (state_ == State::size_first || (c != '\r' && c != ';')) return Errc::bad_chunk_size;
  if (remaining_ > limits.body - received_) return Errc::body_too_large;
  if (c == '\r') {
    state_ = State::size_lf;
    return Errc::ok;
  }
  state_ = State::extension;
  extension_ = 1;
  return ++extensions_ > limits.chunk_extensions ? Errc::chunk_extension_too_long : Errc::ok;
}

/// RFC 9112 §7.1.2: trailers may be dropped, and merging them is how requests are smuggled.
Errc BodyDecoder::trailer(unsigned char c, const BodyLimits& limits) noexcept {
  if (state_ == State::trailer_start && c == '\r') {
    state_ = State::end_lf;
    return Errc::ok;
  }
  if (++trailers_ > limits.trailers) return Errc::trailers_too_large;
  switch (state_) {
    case State::trailer_start:
      name_hash_ = hash_step(hash_start, c);
      state_ = State::trailer_name;
      return is_token_char(static_cast<char>(c)) ? Errc::ok : Errc::bad_trailer;
    case State::trailer_name:
      if (c != ':') {
        name_hash_ = hash_step(name_hash_, c);
        return is_token_char(static_cast<char>(c)) ? Errc::ok : Errc::bad_trailer;
      }
      state_ = State::trailer_value;
      return std::binary_search(forbidden.begin(), forbidden.end(), name_hash_) ? Errc::forbidden_trailer : Errc::ok;
    case State::trailer_value:
      if (c == '\r') state_ = State::trailer_lf;
      return c == '\r' || is_text(c) ? Errc::ok : Errc::bad_trailer;
    default:
      state_ = State::trailer_start;
      return c == '\n' ? Errc::ok : Errc::bad_trailer;
  }
}

}  // namespace duplex::http
