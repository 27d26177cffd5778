// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "protocol/http/error.h"

namespace duplex::http {

struct HeadLimits {
  std::size_t first_line = 8_KiB;  ///< bytes of the request or status line, its end included; longer: 414
  std::size_t head = 16_KiB;       ///< bytes of the whole head, first line included; more: 431
  std::size_t headers = 100;       ///< header lines; more: 431
};

enum class Progress : std::uint8_t { need_more, done, failed };

struct HeadStep {
  Progress progress = Progress::need_more;
  Errc error = Errc::ok;     ///< if failed
  std::size_t consumed = 0;  ///< bytes of the head, if done; a body or the next request begins there
};

/// Finds the lines of a head in bytes that arrive in pieces, and remembers where it stopped looking.
class LineScanner {
 public:
  enum class Kind : std::uint8_t { line, need_more, failed };
  struct Line {
    Kind kind;
    Errc error = Errc::ok;
    std::string_view text = {};  ///< without CR LF
  };

  /// The next line of `buffered`. Each line must end in CR LF; its end must lie within the limits.
  Line next(std::string_view buffered, const HeadLimits& limits) noexcept;

  /// Where the current line begins.
  std::size_t position() const noexcept { return line_; }
  /// Complete lines so far.
  std::uint32_t lines() const noexcept { return lines_; }
  /// Passes over one empty line before the first one (RFC 9112 §2.2).
  void skip_empty_line() noexcept { line_ = searched_ = 2; }

 private:
  std::uint32_t searched_ = 0;  // no line end lies before
  std::uint32_t line_ = 0;      // where the current line begins
  std::uint32_t lines_ = 0;     // complete lines so far
};

}  // namespace duplex::http
