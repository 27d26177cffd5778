// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "server/eio/admission.h"

namespace duplex::eio {

/// What a client hears for whom nothing was decided: neither yes nor no.
constexpr int status_of(const Decision& decision) noexcept {
  return decision.kind == Decision::Kind::failed ? 500 : 503;
}
constexpr std::string_view text_of(const Decision& decision) noexcept {
  return decision.kind == Decision::Kind::failed ? "500 the server failed to answer this request\n"
                                                 : "503 the server did not decide in time\n";
}

}  // namespace duplex::eio
