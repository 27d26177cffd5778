// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_namespace.h>

#include <memory>
#include <vector>

#include "server/sio/event_table.h"

namespace duplex::sio {

/// What a namespace does. Once the server runs it never changes: what is set then makes another one, which shares the
/// functions of its predecessor (see NamespaceCore::set_up).
struct HandlerTable {
  template <class Signature>
  using List = std::vector<std::shared_ptr<Function<Signature>>>;

  EventTable events;
  List<void(Socket&)> connect;
  List<void(Socket&, const Disconnect&)> disconnecting, disconnect;
  List<void(Socket&, std::string_view)> joined_room, left_room;
  List<void(Socket&, std::string_view, json::View)> unhandled;
  List<void(Handshake&, Admit)> middlewares;
  List<void(std::string_view, json::View)> server_side;
};

}  // namespace duplex::sio
