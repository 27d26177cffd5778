// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include <duplex/function.h>

#include "net/address.h"

namespace duplex::net {

/// What a name stands for: addresses in the order in which they are to be tried, or one line that says why there are
/// none.
struct Resolved {
  std::vector<Address> addresses;
  std::string error;
};

/// Asks the system (/etc/hosts, DNS) for a name's addresses. That blocks, for half a minute if nobody answers, and
/// cannot be called off: it is done on a thread of its own, of which there are at most four, and none while nothing is
/// asked. `then` runs on that thread, or here if there is none to be had. Any thread.
void resolve(std::string name, int port, Function<void(Resolved)> then);

/// RFC 8305 section 4: the families by turns, so that a network where one of them is broken costs one attempt.
std::vector<Address> interleave(std::vector<Address> addresses);

}  // namespace duplex::net
