// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace conformance {

using Milliseconds = std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

/// The client's end of one connection: a TCP socket, a TLS socket, or a backend that lives in memory.
/// Test code: bytes are std::string throughout, and calls block.
class Pipe {
 public:
  enum class Read { bytes, timeout, closed };

  virtual ~Pipe() = default;

  /// Sends all of `bytes` as one write; what arrives meanwhile is kept for read(). False when the peer is gone.
  virtual bool write(std::string_view bytes) = 0;

  /// Waits at most `limit` for bytes and appends them to `to`. `closed`: the peer dropped the connection.
  virtual Read read(std::string& to, Milliseconds limit) = 0;

  /// Drops the connection from our side.
  virtual void close() = 0;

  /// The clock that deadlines are measured with; a backend in memory has its own.
  virtual Time now() const { return std::chrono::steady_clock::now(); }
};

/// A new connection to the server under test, or null when it cannot be reached.
using PipeFactory = std::function<std::unique_ptr<Pipe>()>;

}  // namespace conformance
