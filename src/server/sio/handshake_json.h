// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_socket.h>

namespace duplex::sio {

/// A handshake as Node shows it to the admin page: without what the client gave as `auth`, which may be a secret, and
/// with the address that a proxy in front of the server names, if one does.
json::Text admin_handshake(const Handshake& handshake);

}  // namespace duplex::sio
