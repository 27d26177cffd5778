// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_socket.h>

#include <string>
#include <vector>

#include "server/sio/event_gate.h"

namespace duplex::sio {

/// What one socket hears by itself, beside its namespace's handlers: for code ported from JavaScript. A listener that
/// is taken away while it runs is only marked, and goes when nothing runs.
struct SocketListeners {
  struct Own {
    ListenerId id;
    std::string name;
    std::shared_ptr<Bound> handler;
    bool once, gone = false;
  };
  struct Any {
    ListenerId id;
    std::shared_ptr<AnyListener> fn;
  };
  std::vector<Own> own;
  std::vector<Any> any, outgoing;
  EventGate gate;
  std::vector<std::shared_ptr<Function<void(std::string_view)>>> errors;
  ListenerId next = 1;
};

/// The arguments as one value: only those who listen to every event pay for the brackets.
json::View as_array(std::string_view arguments, std::span<const json::Binary> attachments, json::Scratch& scratch);

}  // namespace duplex::sio
