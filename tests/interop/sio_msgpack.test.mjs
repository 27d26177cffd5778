// SPDX-License-Identifier: MIT
// npm `socket.io-client` with `socket.io-msgpack-parser`: every kind of value, both ways; the very bytes that Node's server
// sends; and what happens to a client whose packets are none. The tests sio_connect, sio_rooms and sio_recovery run with this
// parser, too (tests/CMakeLists.txt).
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import parser from "socket.io-msgpack-parser";
import { WebSocket } from "ws";
import { start, within } from "./support/server.mjs";

const notepack = createRequire(createRequire(import.meta.url).resolve("socket.io-msgpack-parser"))("notepack.io");
let server;
before(async () => { server = await start("duplex-conformance", ["--suite", "socket.io", "--parser", "msgpack"]); });
after(() => server?.stop());

const ways = { polling: ["polling"], WebSocket: ["websocket"], "polling, then WebSocket": ["polling", "websocket"] };
const clients = [];
const connect = async (path, options) => {
  const client = io(server.url + path, { parser, forceNew: true, reconnection: false, ...options });
  clients.push(client);
  const greeted = new Promise((resolve) => client.once("auth", resolve));
  await within(5000, "connect", new Promise((resolve, reject) => client.once("connect", resolve).once("connect_error", reject)));
  return { client, auth: await within(5000, "auth", greeted) };
};
after(() => clients.forEach((client) => client.disconnect()));

/** What a client sends, and what it gets back when the server's handlers have seen it as JSON. (1e21 is missing: of integers from 2 ** 64
 * on notepack sends the lower bits.) */
const values = [
  ["numbers", [0, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -32, -33, -128, -129, -(2 ** 31), -(2 ** 31) - 1, 1.5, -1e-7, 5e-324]],
  ["strings", ["", "é😀", 'q"\\\n\u0000', "x".repeat(31), "x".repeat(32), "ю".repeat(200), "z".repeat(70_000)]],
  ["literals", [null, true, false]],
  ["nested", [[], {}, [[[{ a: { b: [1, "2", null] } }]]], Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]))]],
  ["not in JSON", [undefined, NaN, Infinity, new Date(1_763_667_296_123), { gone: undefined, at: new Date(-1) }], [null, null, null, "2025-11-20T19:34:56.123Z", { at: "1969-12-31T23:59:59.999Z" }]],
  ["binaries", [Buffer.from([0, 1, 254, 255]), Buffer.alloc(0), { deep: [Buffer.alloc(70_000, 7)] }]],
  ["more than ten binaries", Array.from({ length: 30 }, (_, i) => Buffer.from([i]))],
];

for (const [way, transports] of Object.entries(ways)) {
  for (const path of ["/", "/custom"]) {
    test(`${way}, ${path}: the server greets with the client's auth`, async () => {
      const auth = { token: "täken", n: [1.5, { x: null }] };
      const connected = await connect(path, { transports, auth });
      assert.deepEqual(connected.auth, auth);
    });
  }
  test(`${way}: every kind of value comes back as it was, in an event and in an ack`, async () => {
    const { client } = await connect("/", { transports });
    for (const [kind, sent, back = sent] of values) {
      const answer = within(5000, kind, new Promise((resolve) => client.once("message-back", (...all) => resolve(all))));
      client.emit("message", ...sent);
      assert.deepEqual(await answer, back, kind);
      const acked = await within(5000, kind, new Promise((resolve) => client.emit("message-with-ack", ...sent, (...all) => resolve(all))));
      assert.deepEqual(acked, back, `${kind}, in an ack`);
    }
  });
}

test("an unknown namespace is refused in words", async () => {
  const { client } = await connect("/", {});
  const unknown = client.io.socket("/unknown").connect();
  const error = await within(5000, "connect_error", new Promise((resolve) => unknown.once("connect_error", resolve)));
  assert.equal(error.message, "Invalid namespace");
});

/** A WebSocket that is fed by hand: what it hears after the handshake of Engine.IO. */
class Raw {
  heard = [];
  static async to(url) {
    const raw = new Raw();
    raw.ws = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    raw.closed = once(raw.ws, "close");
    raw.ws.on("message", (data, isBinary) => (isBinary ? raw.heard.push(data) : data.toString() === "2" && raw.ws.send("3")));
    await within(5000, "open", once(raw.ws, "open"));
    return raw;
  }
  async hears(count) {
    while (this.heard.length < count) await within(5000, `message ${count}`, once(this.ws, "message"));
    return this.heard.slice(0, count);
  }
}

test("Duplex sends the bytes that Node's server sends", async () => {
  const http = createServer();
  const node = new Server(http, { parser, transports: ["websocket"] });
  for (const name of ["/", "/custom"])
    node.of(name).on("connection", (socket) => setTimeout(() => socket.emit("auth", socket.handshake.auth), 10));
  node.on("connection", (socket) => {
    socket.on("message", (...args) => socket.emit("message-back", ...args));
    socket.on("message-with-ack", (...args) => args.pop()(...args));
  });
  await once(http.listen(0, "127.0.0.1"), "listening");
  try {
    const script = [
      { type: 0, nsp: "/", data: { a: 1 } }, { type: 0, nsp: "/custom" }, { type: 0, nsp: "/unknown" },
      ...values.filter(([kind]) => !["not in JSON"].includes(kind)).map(([, sent]) => ({ type: 2, nsp: "/", data: ["message", ...sent] })),
      { type: 2, nsp: "/", id: 7, data: ["message-with-ack", "é", { x: [Buffer.from("y")] }] },
    ];
    const answers = [];
    for (const url of [`http://127.0.0.1:${http.address().port}`, server.url]) {
      const raw = await Raw.to(url);
      // One after the other: the greeting of a namespace comes later than the answer to CONNECT.
      let count = 0;
      for (const packet of script) {
        raw.ws.send(notepack.encode(packet));
        count += packet.type === 0 && packet.nsp !== "/unknown" ? 2 : 1;
        await raw.hears(count);
      }
      raw.ws.close();
      answers.push(raw.heard.map((bytes) => {
        const { type, data } = notepack.decode(bytes);
        return { type, hex: bytes.toString("hex").replace(Buffer.from(data?.sid ?? "").toString("hex"), "") };
      }));
    }
    const [theirs, ours] = answers;
    assert.equal(ours.length, theirs.length);
    theirs.forEach(({ type, hex }, i) => {
      assert.equal(ours[i].type, type);
      // Node names the fields of a refusal in two orders, Duplex in one.
      if (type !== 4) assert.equal(ours[i].hex, hex, `packet ${i}`);
    });
  } finally {
    node.close();
    await within(5000, "the end of Node's server", once(http, "close"));
  }
});

const bad = {
  "a text": "2[\"message\"]",
  "an empty message": Buffer.alloc(0),
  "no MessagePack": Buffer.from("c1", "hex"),
  "a packet that is cut off": notepack.encode({ type: 2, data: ["message", "x"], nsp: "/" }).subarray(0, 15),
  "trailing bytes": Buffer.concat([notepack.encode({ type: 2, data: ["message"], nsp: "/" }), Buffer.from([0])]),
  "a map of four thousand million": Buffer.from("dfffffffff", "hex"),
  "arrays a thousand deep": Buffer.concat([Buffer.alloc(1000, 0x91), Buffer.from([0])]),
  "type 5": notepack.encode({ type: 5, data: ["message"], nsp: "/" }),
  "no namespace": notepack.encode({ type: 2, data: ["message"] }),
  "an id that is a string": notepack.encode({ type: 2, data: ["message"], nsp: "/", id: "1" }),
  "data that is no array": notepack.encode({ type: 2, data: { 0: "message" }, nsp: "/" }),
  "auth that is no object": notepack.encode({ type: 0, data: ["x"], nsp: "/custom" }),
  "a reserved name": notepack.encode({ type: 2, data: ["disconnect"], nsp: "/" }),
  "a refusal from a client": notepack.encode({ type: 4, data: { message: "no" }, nsp: "/" }),
  "an event for another namespace": notepack.encode({ type: 2, data: ["message"], nsp: "/custom" }),
};
test("bad packets close their connection, and nothing else is harmed", async () => {
  const { client: witness } = await connect("/", { transports: ["websocket"] });
  for (const [what, bytes] of Object.entries(bad)) {
    const raw = await Raw.to(server.url);
    raw.ws.send(notepack.encode({ type: 0, nsp: "/" }));
    await raw.hears(1);
    raw.ws.send(bytes, { binary: typeof bytes !== "string" });
    await within(5000, `the end after ${what}`, raw.closed);
    assert.deepEqual(await witness.timeout(5000).emitWithAck("message-with-ack", what), what);
  }
});

test("clients with another parser than the server's are closed, either way", async () => {
  const json = await start("duplex-conformance", ["--suite", "socket.io"]);
  try {
    for (const [url, options] of [[server.url, {}], [json.url, { parser }]]) {
      const stranger = io(url, { forceNew: true, reconnection: false, transports: ["websocket"], ...options });
      clients.push(stranger);
      await within(5000, "the end", new Promise((resolve) => stranger.io.once("close", resolve)));
      assert.equal(stranger.connected, false);
    }
  } finally {
    await json.stop();
  }
});
