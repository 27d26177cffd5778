// SPDX-License-Identifier: MIT
#include "app/chat_history.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#ifdef DUPLEX_SQLITE
#include <duplex/history_sqlite.h>
#endif

namespace duplex::app {
namespace {

#ifndef DUPLEX_SQLITE
/// In the place of files, in a program that was built without them.
class NoFile final : public history::Store {
 public:
  using Fault = history::Fault;
  bool blocks() const noexcept override { return false; }
  Fault open(const history::Limits&) override {
    return {make_error_code(history::Errc::not_writable),
            "this program was built without SQLite; leave out --history, or build it where libsqlite3-dev is there"};
  }
  Fault append(std::span<const history::Write>, std::span<history::Appended>) override { return open({}); }
  Fault last(std::string_view, std::size_t, std::int64_t, history::Page&) override { return open({}); }
  Fault after(std::string_view, std::uint64_t, std::size_t, std::int64_t, history::Page&) override { return open({}); }
  Fault clear(std::string_view) override { return open({}); }
  Fault expire(std::int64_t) override { return {}; }
};
#endif

std::unique_ptr<history::Store> store_of(const std::string& file) {
  if (file.empty()) return nullptr;
#ifdef DUPLEX_SQLITE
  return history::sqlite({.file = file});
#else
  return std::make_unique<NoFile>();
#endif
}

}  // namespace

std::unique_ptr<History> make_history(const HistoryOptions& options, LogSink log) {
  history::Limits limits;
  limits.max_entries = static_cast<std::size_t>(options.entries);
  limits.max_bytes = std::max(limits.max_bytes, limits.max_entries * 1024);
  limits.max_age = std::chrono::hours(24) * options.days;
  limits.max_total_bytes = static_cast<std::size_t>(options.megabytes) * 1024 * 1024;
  return std::make_unique<History>(history::Options{.limits = limits, .log = std::move(log)}, store_of(options.file));
}

std::string fault_of(const HistoryOptions& options) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!options.file.empty() && !fs::exists(options.file, ignored)) {
    const fs::path folder = fs::absolute(options.file, ignored).parent_path();
    if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  }
  const auto history = make_history(options, [](const LogRecord&) {});
  return history->open() ? std::string() : "history: " + history->open_error();
}

}  // namespace duplex::app
