// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/bytes.h"
#include "protocol/http/error.h"
#include "protocol/http/framing.h"

namespace duplex::http {

struct BodyLimits {
  std::uint64_t body = 1_MiB;             ///< bytes of the decoded body; more: 413
  std::size_t chunk_extension = 256;      ///< bytes of extension of one chunk
  std::size_t chunk_extensions = 16_KiB;  ///< bytes of extension of all chunks
  std::size_t trailers = 4_KiB;           ///< bytes after the last chunk; they are checked and dropped
};

/// One step of a body. `data` is a view into the bytes that were fed.
struct BodyStep {
  enum class Kind : std::uint8_t { need_more, data, done, failed };
  Kind kind = Kind::need_more;
  Errc error = Errc::ok;
  Bytes data = {};
};

/// Takes the body's framing away, in place, in pieces of any size. 40 bytes, no buffer of its own.
///
///     if (auto error = body.start(head.framing, limits); error != Errc::ok) return refuse(error);  // 413 before 100
///     for (;;) {
///       auto step = body.feed(input, limits);                    // takes from the front of `input`
///       if (step.kind == BodyStep::Kind::data) { keep(step.data); continue; }
///       …                                                        // need_more: input is empty; done: it holds the rest
///     }
class BodyDecoder {
 public:
  /// Begins a body; refuses one whose announced length is over the limit.
  Errc start(const Framing& framing, const BodyLimits& limits) noexcept;
  /// The next run of body bytes, or that it ended. Trailers never become headers.
  BodyStep feed(Bytes& input, const BodyLimits& limits) noexcept;
  /// Says whether the body may end where the stream did: `ok` if it was done, or had no other end.
  Errc finish() const noexcept;
  bool is_done() const noexcept { return state_ == State::done; }
  std::uint64_t received() const noexcept { return received_; }

 private:
  enum class State : std::uint8_t {
    length,
    until_close,
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
    done,
    failed
  };

  BodyStep take(Bytes& input, std::uint64_t most) noexcept;
  BodyStep fail(Errc error) noexcept;
  Errc step(unsigned char c, const BodyLimits& limits) noexcept;
  Errc size_digit(unsigned char c, const BodyLimits& limits) noexcept;
  Errc trailer(unsigned char c, const BodyLimits& limits) noexcept;

  std::uint64_t remaining_ = 0;  // bytes of the body, or of the chunk
  std::uint64_t received_ = 0;   // bytes of body handed out
  std::uint64_t name_hash_ = 0;  // of the trailer name so far, in lower case
  std::uint32_t extension_ = 0, extensions_ = 0, trailers_ = 0;
  State state_ = State::done;
  std::uint8_t digits_ = 0;
  Errc error_ = Errc::ok;
};

}  // namespace duplex::http
