// SPDX-License-Identifier: MIT
// npm `socket.io-client` 2 with the few methods of version 4 that the tests call; what it sends and hears is its own.
import io2 from "socket.io-client-2";

export function io(url, options) {
  const socket = io2(url, options);
  socket.onAny = (listener) => {
    const { onevent } = socket;
    socket.onevent = function (packet) {
      listener(...packet.data);
      onevent.call(this, packet);
    };
  };
  socket.timeout = (ms) => ({
    emitWithAck: (...values) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${values[0]}: no ack within ${ms} ms`)), ms);
      socket.emit(...values, (answer) => { clearTimeout(timer); resolve(answer); });
    }),
  });
  return socket;
}
