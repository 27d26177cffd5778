// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace duplex::app {

/// The listening socket that systemd holds for us (socket activation, LISTEN_FDS), or -1 if it gave none. More than
/// one, or one that does not listen, is an error in words.
struct InheritedSocket {
  int descriptor = -1;
  std::string error = {};
};
InheritedSocket inherited_socket();

/// Tells systemd that clients can connect now. Does nothing without it (no NOTIFY_SOCKET).
void notify_ready(const std::string& url);

}  // namespace duplex::app
