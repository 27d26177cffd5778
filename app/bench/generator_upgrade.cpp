// SPDX-License-Identifier: MIT
#include "app/bench/generator.h"

namespace duplex::bench {

/// While HTTP goes on, WebSocket is opened beside it.
void Generator::begin_upgrade(Connection& connection) {
  connection.state = Connection::connecting;
  open_pipe(connection, connection.pipe, number_of(connection));
}

void Generator::take_probe_answer(Connection& connection, std::string_view packet) {
  if (packet != "3probe") return lost(connection, "not an answer to the probe: " + std::string(packet.substr(0, 40)));
  connection.polling->probed = true;
  switch_over(connection);
}

/// Once nothing is on its way over HTTP: the server answers the poll that waits with a noop, now that it was probed.
void Generator::switch_over(Connection& connection) {
  Polling& polling = *connection.polling;
  if (polling.poll.busy() || polling.post.busy() || !polling.packets.empty()) return;
  end_polling(connection);
  polling.upgraded = true;
  urgent(connection, ws::Opcode::text, as_bytes("5"));
  if (polling.connected) opened(connection);
  flush_websocket(connection);
}

}  // namespace duplex::bench
