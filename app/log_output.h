// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/log.h>

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace duplex::app {

/// The program's log on standard error: readable and coloured on a terminal, one JSON object a line otherwise.
class LogOutput {
 public:
  explicit LogOutput(std::string_view level);

  LogSink sink();
  LogLevel level() const noexcept { return level_; }
  void warn(std::string_view text) { write({LogLevel::warning, "server", text}); }
  void error(std::string_view text) { write({LogLevel::error, "server", text}); }

 private:
  void write(const LogRecord& record);

  LogLevel level_;
  bool terminal_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace duplex::app
