// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace duplex::bench {

/// One line on standard error that is written over, if that is a terminal; otherwise nothing.
class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool shown() const noexcept { return terminal_; }
  void show(std::string_view text);
  void clear();

 private:
  bool terminal_, dirty_ = false;
};

}  // namespace duplex::bench
