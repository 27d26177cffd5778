// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "net/address.h"

namespace duplex::net {

class TlsContext;

struct ListenOptions {
  std::shared_ptr<TlsContext> tls = {};  ///< empty: plain
  bool reuse_port = false;               ///< one listener a loop on the same port
  int backlog = 4096;
  int accepts_per_turn = 64;
};

/// A socket that accepts. Owned by its reactor.
class Listener {
 public:
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  Address address() const;  ///< with the port that the kernel chose
  void close();             ///< accepts what waits in the backlog, then closes

 private:
  friend class Reactor;
  Listener() = default;
};

}  // namespace duplex::net
