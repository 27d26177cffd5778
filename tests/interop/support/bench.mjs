// SPDX-License-Identifier: MIT
// `duplex bench` in short, and the servers of npm's that it is tried on.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Server as SocketIo } from "socket.io";
import { WebSocketServer } from "ws";
import { run } from "./run.mjs";
import { program } from "./server.mjs";

const quick = ["--warmup", "0", "--messages", "500", "--duration", "10", "--connections", "5", "--timeout", "2"];
export const bench = (url, ...args) => run(program("duplex"), ["bench", url, ...quick, ...args]);

/** What it found; it must have been content. */
export async function measured(url, ...args) {
  const { code, stdout, stderr } = await bench(url, "--json", ...args);
  assert.equal(code, 0, stderr + stdout);
  assert.equal(stderr, "");
  const found = JSON.parse(stdout);
  assert.equal(found.options.url, url);
  assert.equal(found.errors, 0);
  assert.equal(found.missing, 0);
  // (What is noted about the generator's share of the CPU depends on what else runs here.)
  assert.ok(!found.warnings.some((warning) => /deflate|interrupted/.test(warning)), found.warnings.join("\n"));
  return found;
}

/** It must have said what is wrong, in one line. */
export async function failed(pattern, url, ...args) {
  const { code, stderr } = await bench(url, ...args);
  assert.equal(code, 1, stderr);
  assert.match(stderr.trim(), pattern);
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
}

/** npm's Socket.IO server, as long as `play(url, io, http)` takes (`http` is its HTTP server). */
export async function withSocketIo(options, onConnection, play) {
  const http = createServer().listen(0, "127.0.0.1");
  const io = new SocketIo(http, options);
  io.on("connection", onConnection);
  await once(http, "listening");
  try {
    await play(`http://127.0.0.1:${http.address().port}/`, io, http);
  } finally {
    http.closeAllConnections();
    await io.close();
  }
}

export const echoEvent = (socket) => socket.on("m", (argument) => socket.emit("m", argument));

/** A server of npm's `ws` while `play(url)` runs; `came(socket, server)` is told of each connection. */
export async function withWs(came, play) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => came(socket, server));
  await once(server, "listening");
  try {
    await play(`ws://127.0.0.1:${server.address().port}/`);
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}

/** Of npm's `ws`: what each connection is handed is decided by `hand(client, data, sender)`. */
export const withRoom = (hand, play) => withWs((socket, server) => socket.on("message", (data) => {
  for (const client of server.clients) hand(client, data, socket);
}), play);
