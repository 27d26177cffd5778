// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/history.h>

#include <memory>
#include <string>

namespace duplex::app {

/// Where the chat's messages are kept, and how many.
struct HistoryOptions {
  std::string file;     ///< empty: in memory
  int entries = 1'000;  ///< of one room
  int days = 30;        ///< 0: for ever
  int megabytes = 64;   ///< of all rooms together
};

/// Open or not, it says so. Not null.
std::unique_ptr<History> make_history(const HistoryOptions& options, LogSink log);

/// Why a history with these options could not be opened, in words; empty if it could. Makes no file that is not there.
std::string fault_of(const HistoryOptions& options);

}  // namespace duplex::app
