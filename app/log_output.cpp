// SPDX-License-Identifier: MIT
#include "app/log_output.h"

#include <duplex/json.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <ctime>

namespace duplex::app {
namespace {

LogLevel parse_level(std::string_view text) noexcept {
  if (text == "debug") return LogLevel::debug;
  if (text == "warning") return LogLevel::warning;
  if (text == "error") return LogLevel::error;
  return LogLevel::info;
}

spdlog::level::level_enum level_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view name_of(LogLevel level) noexcept {
  constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

std::string now_utc() {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char text[32];
  const std::size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text, n) + fmt::format(".{:03}Z", now.tv_nsec / 1'000'000);
}

}  // namespace

LogOutput::LogOutput(std::string_view level) : level_(parse_level(level)), terminal_(isatty(STDERR_FILENO) == 1) {
  if (terminal_) {
    logger_ = std::make_shared<spdlog::logger>("duplex", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger_->set_pattern("%H:%M:%S %^%-7l%$ %v");
  } else {
    logger_ = std::make_shared<spdlog::logger>("duplex", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger_->set_pattern("%v");
  }
  logger_->set_level(spdlog::level::trace);
}

LogSink LogOutput::sink() {
  return [this](const LogRecord& record) { write(record); };
}

void LogOutput::write(const LogRecord& record) {
  if (terminal_) return logger_->log(level_of(record.level), "{}: {}", record.component, record.text);
  const json::Text line = json::object("time", now_utc(), "level", name_of(record.level), "component", record.component,
                                       "message", record.text);
  logger_->log(level_of(record.level), "{}", line.text());
}

}  // namespace duplex::app
