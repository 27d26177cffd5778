// SPDX-License-Identifier: MIT
// npm `socket.io-client`: rooms, broadcast operators, acknowledgements, and what a server may do to its sockets.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { start, within } from "./support/server.mjs";
import { drive, suite } from "./support/driver.mjs";

let server, a, b, c;
before(async () => { server = await start("duplex-conformance", suite); });
after(() => server?.stop());
beforeEach(async () => {
  [a, b, c] = await Promise.all([
    drive(server.url, { transports: ["websocket"] }), drive(server.url, { transports: ["polling"] }), drive(server.url),
  ]);
});
afterEach(async () => {
  for (const driver of [a, b, c]) driver?.close();
});

/** Which of a, b, c got exactly one `event`; more than one is an error. */
async function receivers(event) {
  await Promise.all([a, b, c].map((driver) => driver.settled()));
  const names = [];
  for (const [name, driver] of Object.entries({ a, b, c })) {
    const times = driver.all.filter(([got]) => got === event).length;
    assert.ok(times <= 1, `${name} got ${event} ${times} times`);
    if (times === 1) names.push(name);
  }
  return names.join("");
}

/** Emits once with each target and says who received it. */
async function reached(target) {
  const event = `event ${Math.random()}`;
  await a.call("emit", target, event, { pay: "load" });
  return receivers(event);
}

test("join, leave and rooms; one's own id is a room", async () => {
  assert.deepEqual(await a.call("rooms"), [a.id]);
  await a.call("join", "one");
  await a.call("join", ["two", "three"]);
  assert.deepEqual((await a.call("rooms")).sort(), [a.id, "one", "three", "two"].sort());
  await a.call("leave", "two");
  assert.deepEqual((await a.call("rooms")).sort(), [a.id, "one", "three"].sort());
});

test("to, in and except choose the receivers, each once", async () => {
  await Promise.all([a.call("join", "x"), b.call("join", ["x", "y"]), c.call("join", "y")]);
  assert.equal(await reached({}), "abc");
  assert.equal(await reached({ to: "x" }), "ab");
  assert.equal(await reached({ in: ["y"] }), "bc");
  assert.equal(await reached({ to: ["x", "y"] }), "abc");
  assert.equal(await reached({ to: "x", in: "y", except: b.id }), "ac");
  assert.equal(await reached({ except: ["y"] }), "a");
  assert.equal(await reached({ to: "nobody here" }), "");
  assert.equal(await reached({ to: c.id }), "c");
});

test("an event to a room reaches its caller, though it leaves in the same breath", async () => {
  for (const driver of [a, b, c]) {
    const room = `room of ${driver.id}`;
    await driver.call("join", room);
    await Promise.all([
      driver.call("emit", { to: room }, "while in"), driver.call("leave", room), driver.call("emit", { to: room }, "left"),
    ]);
  }
  assert.equal(await receivers("while in"), "abc");
  assert.equal(await receivers("left"), "");
});

test("from the socket, the caller is left out", async () => {
  await Promise.all([a.call("join", "s"), b.call("join", "s")]);
  assert.equal(await reached({ from: "socket" }), "bc");
  assert.equal(await reached({ from: "socket", to: "s" }), "b");
  assert.equal(await reached({ from: "socket", except: "s" }), "c");
});

test("volatile, local and compress reach whoever listens", async () => {
  for (const target of [{ local: true }, { compress: true }, { compress: false }]) assert.equal(await reached(target), "abc");
  assert.match(await reached({ volatile: true }), /a/);  // a poll that is not open may miss it
});

test("a broadcast with acknowledgements gathers the answers of all", async () => {
  for (const [i, driver] of [a, b, c].entries()) driver.socket.on("question", (text, ack) => ack(`${text} ${i}`));
  const { responses, error } = await a.call("emitWithAck", {}, 5000, "question", "answer");
  assert.equal(error, null);
  assert.deepEqual(responses.sort(), ["answer 0", "answer 1", "answer 2"]);
});

test("a broadcast acknowledgement that times out keeps what arrived, and leaves nothing behind", async () => {
  for (const driver of [a, b]) driver.socket.on("question", (ack) => ack("here"));
  const before = Date.now();
  const { responses, error } = await a.call("emitWithAck", {}, 500, "question");
  assert.ok(Date.now() - before >= 450);
  assert.equal(error, "operation has timed out");
  assert.deepEqual(responses, ["here", "here"]);
  assert.equal((await a.call("stats")).pendingAcks, 0);
});

test("an acknowledged broadcast to nobody is answered at once", async () => {
  assert.deepEqual(await a.call("emitWithAck", { to: "nobody" }, 5000, "question"), { responses: [], error: null });
});

test("acknowledgements carry bytes both ways", async () => {
  b.socket.on("bytes", (bytes, ack) => ack({ back: bytes }));
  const { responses } = await a.call("emitWithAck", { to: b.id }, 5000, "bytes", Buffer.from([1, 2, 3]));
  assert.ok(Buffer.from([1, 2, 3]).equals(Buffer.from(responses[0].back)));
});

test("fetchSockets tells ids, rooms and data", async () => {
  await Promise.all([a.call("setData", { name: "Ada", n: [1] }), a.call("join", "f"), b.call("join", "f")]);
  const found = await c.call("fetchSockets", { in: "f" });
  assert.deepEqual(found.map(({ id }) => id).sort(), [a.id, b.id].sort());
  const ada = found.find(({ id }) => id === a.id);
  assert.deepEqual(ada.data, { name: "Ada", n: [1] });
  assert.deepEqual(ada.rooms.sort(), [a.id, "f"].sort());
});

test("socketsJoin and socketsLeave move those whom the target names", async () => {
  await a.call("socketsJoin", { except: c.id }, ["p", "q"]);
  assert.equal(await reached({ to: "p" }), "ab");
  await a.call("socketsLeave", { to: b.id }, "p");
  assert.equal(await reached({ to: "p" }), "a");
  assert.equal(await reached({ to: "q" }), "ab");
});

test("disconnectSockets ends those whom the target names, with the server's reason", async () => {
  await Promise.all([b.call("join", "out"), c.call("join", "out")]);
  const gone = [b.fires("disconnect"), c.fires("disconnect")];
  await a.call("disconnectSockets", { in: "out" }, true);
  for (const reason of await Promise.all(gone)) assert.equal(reason[0], "io server disconnect");
  assert.equal(a.socket.connected, true);
  assert.deepEqual(await a.call("fetchSockets", { in: "out" }), []);
});

test("who is gone is in no room any more, and an empty room is forgotten", async () => {
  const { rooms } = await a.call("stats");
  await b.call("join", ["r1", "r2"]);
  assert.equal((await a.call("stats")).rooms, rooms + 2);
  b.close();
  await within(5000, "the rooms to go", (async () => {
    while ((await a.call("stats")).rooms > rooms - 1) await new Promise((resolve) => setImmediate(resolve));
  })());
});

test("serverSideEmit is for other servers: nobody here hears it", async () => {
  await a.call("serverSideEmit", "news", 1);
  assert.equal(await receivers("server-side"), "");
});
