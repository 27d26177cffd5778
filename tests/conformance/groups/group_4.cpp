// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"
#include "conformance/groups/reserved.h"

namespace conformance {

Cases reserved_opcodes() {
  Cases cases;
  for (int i = 0; i < 10; ++i) {
    int n = i % 5 + 1;
    auto opcode = static_cast<std::uint8_t>((i < 5 ? 2 : 10) + n);
    std::string payload = n == 1 || n == 3 ? "" : "reserved opcode payload";
    bool is_alone = n < 3;
    auto id = (i < 5 ? "4.1." : "4.2.") + std::to_string(n);
    auto what = (is_alone ? "opcode " : "text, opcode ") + std::to_string(opcode) + (payload.empty() ? ", empty" : "") +
                (is_alone ? ""
                 : n == 5 ? ", ping, 1 octet a write"
                          : ", ping");
    cases.push_back({id, what, [=] {
                       Frame frame{opcode, payload};
                       return is_alone ? refused(frame) : refused_after_text(frame, n == 5 ? chop(1) : burst);
                     }});
  }
  return cases;
}

}  // namespace conformance
