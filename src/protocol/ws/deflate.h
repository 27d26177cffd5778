// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>

#include "core/buffer.h"
#include "protocol/ws/error.h"
#include "protocol/ws/inflate_budget.h"

struct z_stream_s;

namespace duplex::ws {

/// One direction's zlib parameters.
struct DeflateParameters {
  std::uint8_t window_bits = 12;  ///< 9 to 15; zlib cannot make raw deflate with 8
  std::uint8_t mem_level = 5;     ///< 1 to 9; memory is 2^(window+2) + 2^(mem_level+9) bytes
  std::uint8_t level = 1;         ///< 1 to 9
  friend bool operator==(const DeflateParameters&, const DeflateParameters&) = default;
};

/// Compresses messages as RFC 7692 section 7.2.1 says: one sync flush a message, its last four bytes left out.
class Deflater {
 public:
  explicit Deflater(DeflateParameters parameters);
  ~Deflater();
  Deflater(Deflater&&) noexcept = default;
  Deflater& operator=(Deflater&&) noexcept = default;

  /// Appends the compressed payload of one message. The window reaches back to the messages before it, unless `reset`
  /// was called in between.
  void compress(Buffer& out, ConstBytes message);
  /// Forgets the messages before (no context takeover, or a shared compressed frame was sent in between).
  void reset() noexcept;

  const DeflateParameters& parameters() const noexcept { return parameters_; }

 private:
  struct Delete {
    void operator()(z_stream_s*) const noexcept;
  };
  std::unique_ptr<z_stream_s, Delete> stream_;
  DeflateParameters parameters_;
};

/// Inflates one message after another, in as many pieces as they come, never past a limit.
class Inflater {
 public:
  explicit Inflater(std::uint8_t window_bits);
  ~Inflater();
  Inflater(Inflater&&) noexcept = default;
  Inflater& operator=(Inflater&&) noexcept = default;

  /// Where inflated bytes go and what bounds them.
  struct Sink {
    Buffer& out;            ///< nothing consumed from its front
    std::size_t limit;      ///< bytes that `out` may hold; one more is `message_too_big`
    InflateBudget* budget;  ///< charged for the memory of `out`; may be null
    std::size_t& charged;   ///< what was charged so far, for whoever gives it back
  };
  /// Inflates the next piece of the current message.
  Errc inflate(const Sink& sink, ConstBytes input);
  /// The message ends here: feeds the four bytes that the sender left out.
  Errc finish(const Sink& sink);
  /// Forgets the messages before.
  void reset() noexcept;

  std::uint8_t window_bits() const noexcept { return window_bits_; }

 private:
  Errc run(const Sink& sink, ConstBytes input);
  struct Delete {
    void operator()(z_stream_s*) const noexcept;
  };
  std::unique_ptr<z_stream_s, Delete> stream_;
  std::uint8_t window_bits_;
  bool ended_ = false;  // the last block had BFINAL and nothing came after it
};

}  // namespace duplex::ws
