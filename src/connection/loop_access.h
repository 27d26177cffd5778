// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/loop.h>

#include <memory>

namespace duplex::net {
class Reactor;
}

namespace duplex {

/// The reactor behind a public Loop.
struct LoopAccess {
  static std::unique_ptr<Loop> over(net::Reactor& reactor);
  static net::Reactor& reactor(Loop& loop) noexcept;
};

}  // namespace duplex
