// SPDX-License-Identifier: MIT
#include "net/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

namespace duplex::net {

Result<Address> Address::parse(std::string_view host, int port) {
  if (host.starts_with("unix:")) {
    const std::string_view path = host.substr(5);
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) return Errc::bad_argument;
    return Address{Kind::unix_path, std::string(path), 0};
  }
  if (port < 0 || port > 65535) return Errc::out_of_range;
  if (host == "localhost") return Address{Kind::localhost, "localhost", port};
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  Address address{Kind::v4, std::string(host), port};
  unsigned char binary[sizeof(in6_addr)];
  if (::inet_pton(AF_INET, address.host.c_str(), binary) == 1) return address;
  address.kind = Kind::v6;
  if (::inet_pton(AF_INET6, address.host.c_str(), binary) == 1) return address;
  return Errc::bad_argument;
}

std::string Address::text() const {
  switch (kind) {
    case Kind::none:
      break;
    case Kind::v4:
    case Kind::localhost:
      return host + ":" + std::to_string(port);
    case Kind::v6:
      return "[" + host + "]:" + std::to_string(port);
    case Kind::unix_path:
      return "unix:" + host;
  }
  return "";
}

bool Address::is_local() const noexcept {
  switch (kind) {
    case Kind::localhost:
    case Kind::unix_path:
      return true;
    case Kind::v4:
      return host.starts_with("127.");
    case Kind::v6: {
      in6_addr binary;
      return ::inet_pton(AF_INET6, host.c_str(), &binary) == 1 &&
             (IN6_IS_ADDR_LOOPBACK(&binary) || (IN6_IS_ADDR_V4MAPPED(&binary) && binary.s6_addr[12] == 127));
    }
    case Kind::none:
      break;
  }
  return false;
}

}  // namespace duplex::net
