// SPDX-License-Identifier: MIT
// The bench server on npm `ws`, as its documentation writes an echo and a broadcast.
import { WebSocket, WebSocketServer } from "ws";

import { listening, maxMessage, read } from "./arguments.mjs";

const { port, broadcast, deflate, server: http } = read();
const server = new WebSocketServer({
  server: http,
  maxPayload: maxMessage,
  perMessageDeflate: deflate ? { threshold: 0 } : false,
});
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data, binary) => {
    if (!broadcast) {
      socket.send(data, { binary });
      return;
    }
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary });
    }
  });
});
http.listen({ host: "127.0.0.1", port, backlog: 4096 }, () => listening(port));
