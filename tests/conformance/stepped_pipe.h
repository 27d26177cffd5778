// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "conformance/pipe.h"

namespace conformance {

/// What a server that shares our thread offers instead of a socket.
struct MemoryEnd {
  std::function<bool(std::string_view)> send;  ///< hands bytes to the server; false when it is gone
  std::function<std::string()> take;           ///< what the server has written since the last call
  std::function<bool()> is_closed;             ///< the server dropped the connection
  std::function<void()> close;

  /// Lets the server run until it rests, then lets its clock pass to its next timer, but by no more than `limit`.
  /// Returns how much time passed.
  std::function<Milliseconds(Milliseconds limit)> step;
};

/// A pipe to a backend in memory: waiting means stepping the server, and time is what the steps say.
class SteppedPipe final : public Pipe {
 public:
  explicit SteppedPipe(MemoryEnd end) : end_(std::move(end)) {}
  ~SteppedPipe() override { end_.close(); }

  bool write(std::string_view bytes) override {
    if (!end_.send(bytes)) return false;
    end_.step(Milliseconds(0));
    return true;
  }

  Read read(std::string& to, Milliseconds limit) override {
    for (auto left = limit;;) {
      if (auto bytes = end_.take(); !bytes.empty()) {
        to += bytes;
        return Read::bytes;
      }
      if (end_.is_closed()) return Read::closed;
      if (left <= Milliseconds(0)) return Read::timeout;
      auto passed = end_.step(left);
      now_ += passed;
      left -= passed;
    }
  }

  void close() override { end_.close(); }
  Time now() const override { return now_; }

 private:
  MemoryEnd end_;
  Time now_{};
};

}  // namespace conformance
