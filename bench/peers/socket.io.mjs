// SPDX-License-Identifier: MIT
// The bench server on npm `socket.io`, whose ws finds bufferutil, too.
import { Server } from "socket.io";

import { listening, maxMessage, read } from "./arguments.mjs";

const { port, broadcast, deflate, server: http } = read();
const io = new Server(http, {
  maxHttpBufferSize: maxMessage,
  perMessageDeflate: deflate ? { threshold: 0 } : false,
  httpCompression: deflate,
  serveClient: false,
});
io.on("connection", (socket) => {
  socket.on("m", broadcast ? (value) => io.emit("m", value) : (value) => socket.emit("m", value));
});
http.keepAliveTimeout = 60_000;  // no connection ends while it is measured: over long-polling some wait
http.listen({ host: "127.0.0.1", port, backlog: 4096 }, () => listening(port));
