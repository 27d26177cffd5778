// SPDX-License-Identifier: MIT
#include "protocol/msgpack/error.h"

#include <string>

namespace duplex::msgpack {
namespace {

struct Category final : std::error_category {
  const char* name() const noexcept override { return "msgpack"; }
  std::string message(int value) const override { return std::string(text(static_cast<Errc>(value))); }
};

}  // namespace

const std::error_category& category() noexcept {
  static const Category instance;
  return instance;
}

}  // namespace duplex::msgpack
