// SPDX-License-Identifier: MIT
#include <iterator>

#include "conformance/groups/groups.h"

namespace conformance {

Cases all_cases(int messages) {
  Cases all;
  for (auto&& group : {framing(), pings(), reserved_bits(), reserved_opcodes(), fragmentation(), utf8(), closing(),
                       limits(), automatic_fragmentation(), deflated_data(messages), deflated_offers(messages)}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace conformance
