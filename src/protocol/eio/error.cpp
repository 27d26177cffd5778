// SPDX-License-Identifier: MIT
#include "protocol/eio/error.h"

#include <duplex/json.h>

namespace duplex::eio {
namespace {

struct Category final : std::error_category {
  const char* name() const noexcept override { return "engine.io"; }
  std::string message(int value) const override { return std::string(info(static_cast<Errc>(value - 1)).message); }
};

}  // namespace

const std::error_category& category() noexcept {
  static const Category instance;
  return instance;
}

void encode_error(Buffer& out, Errc e, std::string_view message) {
  const auto body = json::object("code", static_cast<int>(e), "message", message.empty() ? info(e).message : message);
  out.append(body.text());
}

}  // namespace duplex::eio
