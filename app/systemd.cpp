// SPDX-License-Identifier: MIT
#include "app/systemd.h"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <system_error>

namespace duplex::app {

InheritedSocket inherited_socket() {
  const int given = sd_listen_fds(1);  // 1: what we start later must not take them for its own
  if (given == 0) return {};
  if (given < 0) return {.error = "LISTEN_FDS cannot be read: " + std::system_category().message(-given)};
  if (given > 1)
    return {.error = "systemd hands over " + std::to_string(given) +
                     " sockets, and one is served: leave one ListenStream= in the socket unit"};
  if (sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
    return {.error = "the socket that systemd hands over is not a listening stream: use ListenStream= with Accept=no"};
  return {.descriptor = SD_LISTEN_FDS_START};
}

void notify_ready(const std::string& url) { sd_notify(0, ("READY=1\nSTATUS=Listening on " + url).c_str()); }

}  // namespace duplex::app
