// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "conformance/case.h"

/// The 517 behaviours, one function a group. `messages` is the count of each case of groups 12 and 13.
namespace conformance {

using Cases = std::vector<Case>;

Cases framing();                      // 1
Cases pings();                        // 2
Cases reserved_bits();                // 3
Cases reserved_opcodes();             // 4
Cases fragmentation();                // 5
Cases utf8();                         // 6
Cases closing();                      // 7
Cases limits();                       // 9
Cases automatic_fragmentation();      // 10
Cases deflated_data(int messages);    // 12
Cases deflated_offers(int messages);  // 13

/// All 517, in order.
Cases all_cases(int messages);

}  // namespace conformance
