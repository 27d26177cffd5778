// SPDX-License-Identifier: MIT
#include "net/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

namespace duplex::net {

SocketAddress::SocketAddress(const Address& address) {
  const auto port = htons(static_cast<std::uint16_t>(address.port));
  switch (address.kind) {
    case Address::Kind::localhost:  // two sockets: see Reactor::listen
    case Address::Kind::none:
      size_ = sizeof(sa_family_t);
      break;
    case Address::Kind::v4: {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = port;
      ::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
      std::memcpy(&storage_, &v4, size_ = sizeof v4);
      break;
    }
    case Address::Kind::v6: {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = port;
      ::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
      std::memcpy(&storage_, &v6, size_ = sizeof v6);
      break;
    }
    case Address::Kind::unix_path: {
      sockaddr_un un{};
      un.sun_family = AF_UNIX;
      address.host.copy(un.sun_path, sizeof un.sun_path - 1);
      std::memcpy(&storage_, &un, size_ = sizeof un);
      break;
    }
  }
}

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) noexcept
    : size_(std::min<socklen_t>(size, sizeof storage_)) {
  std::memcpy(&storage_, address, size_);
}

SocketAddress SocketAddress::local(int descriptor) {
  SocketAddress a;
  if (::getsockname(descriptor, a.mutable_get(), &a.size_) < 0) a.size_ = 0;
  return a;
}

SocketAddress SocketAddress::peer(int descriptor) {
  SocketAddress a;
  if (::getpeername(descriptor, a.mutable_get(), &a.size_) < 0) a.size_ = 0;
  return a;
}

Address SocketAddress::address() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage_, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {Address::Kind::v4, text, ntohs(v4.sin_port)};
  }
  if (family() == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage_, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return {Address::Kind::v6, text, ntohs(v6.sin6_port)};
  }
  if (family() == AF_UNIX) {
    sockaddr_un local;
    std::memcpy(&local, &storage_, sizeof local);
    const std::size_t room = size_ - offsetof(sockaddr_un, sun_path);  // 0: a client's end has no path
    return {Address::Kind::unix_path, std::string(local.sun_path, ::strnlen(local.sun_path, room)), 0};
  }
  return {};
}

}  // namespace duplex::net
