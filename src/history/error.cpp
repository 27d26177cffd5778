// SPDX-License-Identifier: MIT
#include <duplex/history_store.h>

namespace duplex::history {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "history"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::ok:
        return "ok";
      case Errc::too_large:
        return "the entry is too large to be kept";
      case Errc::overloaded:
        return "too much waits for the history";
      case Errc::disk_full:
        return "no space is left for the history";
      case Errc::locked:
        return "another process holds the history's file";
      case Errc::corrupt:
        return "the history's file is damaged";
      case Errc::foreign:
        return "the history's file belongs to another program";
      case Errc::not_writable:
        return "the history's file cannot be written";
      case Errc::io:
        return "the history's file could not be read or written";
      case Errc::closed:
        return "the history is closed";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& category() noexcept {
  static const Category the_category;
  return the_category;
}

Store::~Store() = default;

}  // namespace duplex::history
