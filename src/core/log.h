// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include <duplex/log.h>

namespace duplex {

/// Where the library says what happens: one line at a time, escaped, at most 1 KiB, at most 100 lines a second (and
/// then how many were left out). What an attacker sends can neither forge a line nor fill a disk. Any thread.
class Log {
 public:
  explicit Log(LogSink sink = {}, LogLevel least = LogLevel::info) : sink_(std::move(sink)), least_(least) {}

  void set_sink(LogSink sink);
  void set_level(LogLevel least) noexcept { least_.store(least, std::memory_order_relaxed); }
  bool says(LogLevel level) const noexcept { return level >= least_.load(std::memory_order_relaxed); }
  void write(LogLevel level, std::string_view component, std::string_view text);

 private:
  void give(LogLevel level, std::string_view component, std::string_view text);

  static constexpr int lines_a_second = 100;
  std::mutex mutex_;
  LogSink sink_;
  std::atomic<LogLevel> least_;
  std::chrono::steady_clock::time_point second_{};
  int written_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace duplex
