// SPDX-License-Identifier: MIT
// An echo that takes the words of `duplex-conformance --suite bench`, and burns CPU for each message: what a regression looks like from outside.
import { WebSocketServer } from "ws";

const burned = 0.3;  // milliseconds a message
const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const server = new WebSocketServer({ host: "127.0.0.1", port });
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    for (const until = performance.now() + burned; performance.now() < until; );
    socket.send(data, { binary: isBinary });
  });
});
process.on("SIGTERM", () => process.exit(0));
