// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include <duplex/function.h>

#pragma GCC visibility push(default)

namespace duplex {

enum class LogLevel : unsigned char { debug, info, warning, error };

/// One line of the log. Borrowed until the sink returns; at most 1 KiB, control characters escaped.
struct LogRecord {
  LogLevel level;
  std::string_view component;  ///< "server", "ws", "http", "tls", "sio" …
  std::string_view text;
};

/// Where the library's log goes; called from any loop's thread, one call at a time. Empty: standard error, warnings and
/// errors.
using LogSink = Function<void(const LogRecord&)>;

}  // namespace duplex

#pragma GCC visibility pop
