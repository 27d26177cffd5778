// SPDX-License-Identifier: MIT
// A worker thread: peers that send the head of a request a byte in nine seconds (robustness H20). Tells its parent when
// all are connected, and for each how long it was served and what it was told.
import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { port, count } = workerData;
const begun = new Array(count);
let connected = 0, ended = 0;
const results = [];

function peer(i) {
  const socket = connect(port, "127.0.0.1");
  let heard = "", timer;
  socket.on("connect", () => {
    begun[i] = performance.now();
    socket.write("G");
    let sent = 1;
    timer = setInterval(() => socket.write("GET / HTTP/1.1\r\n"[sent++]), 9_000);
    if (++connected === count) parentPort.postMessage({ connected });
    else if (i + 256 < count) peer(i + 256);
  });
  socket.setEncoding("latin1").on("data", (text) => { heard += text; });
  socket.on("error", (error) => { heard += `[${error.code}]`; });
  socket.on("close", () => {
    clearInterval(timer);
    results.push([performance.now() - begun[i], heard.slice(0, 12)]);
    if (++ended === count) parentPort.postMessage({ results });
  });
}
for (let i = 0; i < Math.min(256, count); ++i) peer(i);
