// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include <duplex/function.h>

#include "net/address.h"

namespace duplex::net {

class Reactor;
class Stream;
class TlsContext;

struct ListenOptions {
  std::shared_ptr<TlsContext> tls = {};  ///< empty: plain
  bool reuse_port = false;               ///< one listener a loop on the same port
  int backlog = 4096;
  int accepts_per_turn = 64;
  int descriptor = -1;     ///< a socket that listens already (socket activation): it is duplicated
  bool inherited = false;  ///< it stays open elsewhere: who waits in its backlog is left for whoever listens next
  std::chrono::milliseconds write_timeout{
      0};  ///< filled in by the reactor: TCP gives up unacknowledged bytes after this
};

/// A socket that accepts. Owned by its reactor.
class Listener {
 public:
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  /// With the port that the kernel chose. Of "localhost": the first of the two.
  const Address& address() const noexcept { return sockets_.front().address; }
  int descriptor() const noexcept { return sockets_.front().descriptor; }
  void close();  ///< accepts what waits in the backlog, then closes
  bool is_closed() const noexcept { return closed_; }

 private:
  friend class Reactor;
  struct Socket {
    Address address;
    int descriptor = -1;
    bool paused = false;
  };
  Listener(Reactor& reactor, ListenOptions options, Function<void(Stream&)> on_accept)
      : reactor_(reactor), options_(std::move(options)), on_accept_(std::move(on_accept)) {}

  Reactor& reactor_;
  ListenOptions options_;
  Function<void(Stream&)> on_accept_;
  std::vector<Socket> sockets_;
  std::uint32_t index_ = 0;
  bool closed_ = false;
};

}  // namespace duplex::net
