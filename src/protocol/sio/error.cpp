// SPDX-License-Identifier: MIT
#include "protocol/sio/error.h"

#include <string>

namespace duplex::sio {
namespace {

struct Category final : std::error_category {
  const char* name() const noexcept override { return "socket.io"; }
  std::string message(int value) const override { return std::string(text(static_cast<Errc>(value))); }
};

}  // namespace

const std::error_category& category() noexcept {
  static const Category instance;
  return instance;
}

}  // namespace duplex::sio
