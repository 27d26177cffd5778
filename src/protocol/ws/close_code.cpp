// SPDX-License-Identifier: MIT
#include "protocol/ws/close_code.h"

namespace duplex::ws {

std::string_view trimmed_close_reason(std::string_view reason) noexcept {
  if (reason.size() <= max_close_reason) return reason;
  std::size_t end = max_close_reason;
  while (end != 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80) --end;
  return reason.substr(0, end);
}

}  // namespace duplex::ws
