// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "core/buffer.h"

namespace duplex::bench {

/// One whole answer of HTTP.
struct HttpAnswer {
  int status = 0;
  bool closes = false;      ///< no request may follow on this connection (RFC 9112, section 9.6)
  ConstBytes content = {};  ///< borrowed until the next call; empty unless the status is 200
};

/// Puts together the answers that come on one HTTP/1.1 connection. One that lies in one read is borrowed from it.
/// Answers of 200 are to say their Content-Length; of all others only the head is waited for.
class AnswerReader {
 public:
  /// Takes from the beginning of `bytes` what belongs to the answer; the answer, when that was its end.
  std::optional<HttpAnswer> take(ConstBytes& bytes);

  bool begun() const noexcept { return !given_ && !kept_.empty(); }  ///< some of an answer came
  std::string_view complaint() const noexcept { return complaint_; }
  void clear() noexcept { *this = AnswerReader(); }

 private:
  std::optional<HttpAnswer> read_head(std::string_view text);

  Buffer kept_;            // of an answer that is not complete: all of it
  std::size_t head_ = 0;   // size of the head, once it is known
  std::size_t whole_ = 0;  // and of the answer
  HttpAnswer answer_;
  bool given_ = false;  // what is kept was given away, and goes at the next call
  std::string_view complaint_;
};

}  // namespace duplex::bench
