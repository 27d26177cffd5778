// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"

namespace conformance {

Cases framing() {
  struct Row {
    std::size_t length;
    Delivery delivery;
    int limit_ms;
  };
  static constexpr Row rows[] = {{0, burst, 1000},      {125, burst, 1000},       {126, burst, 1000},
                                 {127, burst, 1000},    {128, burst, 1000},       {65535, burst, 10000},
                                 {65536, burst, 10000}, {65536, chop(997), 10000}};
  Cases cases;
  for (auto opcode : {text, binary}) {
    int n = 0;
    for (const auto& row : rows) {
      auto id = "1." + std::to_string(opcode) + "." + std::to_string(++n);
      auto what = std::string(opcode == text ? "text" : "binary") + " of " + std::to_string(row.length) + " octets" +
                  (row.delivery.chop ? ", 997 a write" : "");
      cases.push_back({id, what, [opcode, row] {
                         std::string payload(row.length, opcode == text ? '*' : '\xfe');
                         return Script{.steps = {send({{opcode, payload}}, row.delivery)},
                                       .ok = {echo_of(opcode, payload)},
                                       .timer = kill_after(row.limit_ms)};
                       }});
    }
  }
  return cases;
}

}  // namespace conformance
