// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace duplex {
namespace {

constexpr std::size_t longest = 1024;
constexpr std::string_view names[] = {"debug", "info", "warning", "error"};

// Control characters, and C1 controls within what is not ASCII, would let a peer's bytes draw on the reader's terminal.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() + 4 > longest - 3) {
      out += "...";
      break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && byte < 0x80) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", byte);
      out += hex;
    }
  }
  return out;
}

}  // namespace

void Log::set_sink(LogSink sink) {
  const std::lock_guard lock(mutex_);
  sink_ = std::move(sink);
}

void Log::write(LogLevel level, std::string_view component, std::string_view text) {
  if (!says(level)) return;
  const std::string line = escaped(text);
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    written_ = 0;
    if (left_out_ != 0) {
      give(LogLevel::warning, "log", std::to_string(left_out_) + " lines were left out: more than 100 a second");
      left_out_ = 0;
    }
  }
  if (written_ >= lines_a_second) {
    ++left_out_;
    return;
  }
  ++written_;
  give(level, component, line);
}

void Log::give(LogLevel level, std::string_view component, std::string_view text) {
  if (sink_) return sink_(LogRecord{level, component, text});
  if (level < LogLevel::warning) return;
  std::string line = "duplex ";
  line.append(names[static_cast<std::size_t>(level)])
      .append(" [")
      .append(component)
      .append("] ")
      .append(text)
      .append("\n");
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace duplex
