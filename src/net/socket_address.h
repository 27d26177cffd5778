// SPDX-License-Identifier: MIT
#pragma once
#include <sys/socket.h>

#include "net/address.h"

namespace duplex::net {

/// An address in the kernel's form.
class SocketAddress {
 public:
  explicit SocketAddress(const Address& address);
  SocketAddress(const sockaddr* address, socklen_t size) noexcept;
  static SocketAddress local(int descriptor);
  static SocketAddress peer(int descriptor);

  int family() const noexcept { return storage_.ss_family; }
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const noexcept { return size_; }
  Address address() const;

 private:
  SocketAddress() = default;
  sockaddr* mutable_get() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof storage_;
};

}  // namespace duplex::net
