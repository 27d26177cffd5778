// SPDX-License-Identifier: MIT
// Connection state recovery with the unmodified client through a proxy that breaks things: same id, same rooms, same data,
// and every missed event exactly once, in order.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { ChaosProxy } from "./support/chaos_proxy.mjs";
import { drive } from "./support/driver.mjs";
import * as parser from "./support/parser.mjs";
import { start, within } from "./support/server.mjs";

let server, proxy, victim, witness;
before(async () => { server = await start("duplex-conformance", ["--suite", "driver", ...parser.flags]); });
after(() => server?.stop());
beforeEach(async () => {
  proxy = await ChaosProxy.to(server.port);
  witness = await drive(server.url, { transports: ["websocket"] });
});
afterEach(async () => {
  victim?.close();
  witness?.close();
  await proxy?.close();
});

const emit = (count, from = 0) => Promise.all(Array.from({ length: count }, (_, i) => witness.call("emit", { to: "room" }, "missed", from + i)));
const numbers = () => victim.all.filter(([event]) => event === "missed").map(([, number]) => number);
const upTo = (count) => Array.from({ length: count }, (_, i) => i);

async function arrive(transports) {
  victim = await drive(proxy.url, { transports });
  if (transports.includes("websocket")) await victim.upgraded();
  await victim.call("join", "room");
  await victim.call("setData", { kept: true });
  return victim.id;
}

/** Refuses new connections while `meanwhile` runs, so that the absence lasts as long as it. */
async function absent(breakIt, meanwhile) {
  const gone = victim.fires("disconnect");
  proxy.refusing = true;
  await breakIt();
  await gone;
  await meanwhile();
  const back = victim.fires("connect");
  proxy.refusing = false;
  await back;
}

async function isWhole(id, count) {
  assert.equal(victim.socket.recovered, true);
  assert.equal(victim.id, id);
  await victim.settled();
  assert.deepEqual(numbers(), upTo(count));
  assert.deepEqual((await victim.call("rooms")).sort(), [id, "room"].sort());
  const [{ data }] = await witness.call("fetchSockets", { to: id });
  assert.deepEqual(data, { kept: true });
  await emit(1, count);
  await victim.settled();
  assert.deepEqual(numbers(), upTo(count + 1));
}

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  for (const [how, breakIt] of Object.entries({
    "is cut": () => proxy.cut(),
    "is reset": () => proxy.reset(),
    "is closed by the client's engine": () => victim.break(),
  })) {
    test(`${transports.join(", then ")}: a connection that ${how} is recovered, with what was missed`, async () => {
      const id = await arrive(transports);
      await emit(3);
      await victim.settled();
      await absent(breakIt, () => emit(20, 3));
      await isWhole(id, 23);
    });
  }
}

test("missed bytes are replayed as bytes", async () => {
  const id = await arrive(["websocket"]);
  await emit(1);
  await victim.settled();
  await absent(() => proxy.cut(), () => witness.call("emit", { to: "room" }, "bytes", Buffer.from([1, 2, 3]), { and: Buffer.from([4]) }));
  assert.equal(victim.socket.recovered, true);
  await victim.settled();
  const [, first, second] = victim.all.find(([event]) => event === "bytes");
  assert.deepEqual([[...first], [...second.and]], [[1, 2, 3], [4]]);
  await isWhole(id, 1);
});

test("what was meant for other rooms, or for others than us, is not replayed", async () => {
  const id = await arrive(["websocket"]);
  await emit(1);
  await victim.settled();
  await absent(() => proxy.cut(), async () => {
    await witness.call("emit", { to: "another room" }, "missed", 98);
    await witness.call("emit", { to: "room", except: id }, "missed", 99);
    await emit(2, 1);
  });
  await isWhole(id, 3);
});

test("it works more than once", async () => {
  const id = await arrive(["websocket"]);
  for (let round = 0; round < 5; round++) {
    await absent(() => proxy.cut(), () => emit(10, round * 10));
    assert.equal(victim.socket.recovered, true, `round ${round}`);
    assert.equal(victim.id, id);
  }
  await victim.settled();
  assert.deepEqual(numbers(), upTo(50));
});

test("a connection cut in the middle of what it receives loses nothing and repeats nothing", async () => {
  const id = await arrive(["websocket"]);
  proxy.cutAfter.down = 1;  // every connection of now on breaks
  const gone = victim.fires("disconnect");
  await emit(50);
  await gone;
  proxy.cutAfter.down = Infinity;
  await victim.fires("connect");
  await isWhole(id, 50);
});

test("a volatile event that ends in a string does not spoil the position", async () => {
  const id = await arrive(["websocket"]);
  await emit(2);
  await witness.call("emit", { to: "room", volatile: true }, "tick", "poison");
  await victim.settled();
  await absent(() => proxy.cut(), () => emit(5, 2));
  await isWhole(id, 7);
});

test("a connection that breaks before its first event in a namespace is recovered", async () => {
  victim = await drive(proxy.url, { transports: ["websocket"] });
  const root = victim.socket.io.socket("/");
  root.connect();
  await within(5000, "connect", new Promise((resolve) => root.once("connect", resolve)));
  const { id } = root;
  const back = within(10_000, "connect", new Promise((resolve) => root.once("connect", resolve)));
  proxy.cut();
  await back;
  assert.equal(root.recovered, true);
  assert.equal(root.id, id);
  root.disconnect();  // or it would try to come back for ever
});

test("a half-open connection, whose end the server did not hear of, is taken over", async () => {
  const id = await arrive(["websocket"]);
  await emit(3);
  await victim.settled();
  const { sockets } = await witness.call("stats");
  proxy.blackhole();
  await emit(5, 3);  // goes into the hole
  const back = victim.fires("connect");
  victim.break();
  await back;
  await isWhole(id, 8);
  assert.equal((await witness.call("stats")).sockets, sockets, "the old connection is no socket any more");
});

test("a stalled connection that comes back to life after its take-over does no harm", async () => {
  const id = await arrive(["websocket"]);
  await emit(1);
  await victim.settled();
  const [old] = proxy.links;
  proxy.stall("up", "down");
  await emit(4, 1);
  const back = victim.fires("connect");
  victim.break();
  await back;
  old.release();
  await isWhole(id, 5);
});

test("two connections with one pid are never two sockets with one id", async () => {
  const id = await arrive(["websocket"]);
  await emit(1);
  await victim.settled();
  victim.socket.io.reconnection(false);
  const { _pid: pid, _lastOffset: offset } = victim.socket;
  const { sockets } = await witness.call("stats");
  const twins = await Promise.all([1, 2].map(() => drive(server.url, { transports: ["websocket"], reconnection: false, auth: { pid, offset } })));
  await emit(1, 1);
  assert.equal((await witness.call("fetchSockets", { to: id })).length, 1);
  // Whoever was cut off hears of it when its connection has been closed: a little after the one that took over.
  const everyone = [victim, ...twins];
  const live = () => everyone.filter(({ socket }) => socket.connected);
  while (new Set(live().map((one) => one.id)).size < live().length) await Promise.race(live().map((one) => one.fires("disconnect")));
  for (const one of live()) {
    await one.settled();
    assert.ok(one.hellos.length > 0, "who is left was greeted");
  }
  assert.ok((await witness.call("stats")).sockets <= sockets + 2);
  for (const twin of twins) twin.close();
});

test("a pid or position that nobody gave out is a new session, not an error", async () => {
  await emit(1);
  for (const auth of [{ pid: "nobody-ever-had-this", offset: "x" }, { pid: "", offset: "" }, { pid: 7, offset: {} }, { pid: "a".repeat(10_000), offset: "b" }]) {
    const stranger = await drive(server.url, { transports: ["websocket"], auth });
    assert.equal(stranger.socket.recovered, false);
    assert.deepEqual(stranger.hellos, [{ id: stranger.id, recovered: false }]);
    stranger.close();
  }
});

test("who left on purpose is not recovered", async () => {
  const id = await arrive(["websocket"]);
  victim.close();
  await emit(3);
  const back = victim.fires("connect");
  victim.socket.connect();
  await back;
  assert.equal(victim.socket.recovered, false);
  assert.notEqual(victim.id, id);
  await victim.settled();
  assert.deepEqual(numbers(), []);
});

test("twenty victims of one moment all come back whole", async () => {
  const victims = await Promise.all(Array.from({ length: 20 }, () => drive(proxy.url, { transports: ["websocket"] })));
  await Promise.all(victims.map((one) => one.call("join", "room")));
  const ids = victims.map(({ id }) => id);
  await emit(5);
  await Promise.all(victims.map((one) => one.settled()));
  const back = Promise.all(victims.map((one) => one.fires("connect")));
  proxy.reset();
  await emit(20, 5);
  await back;
  await Promise.all(victims.map((one) => one.settled()));
  victims.forEach((one, i) => {
    assert.equal(one.socket.recovered, true);
    assert.equal(one.id, ids[i]);
    assert.deepEqual(one.all.filter(([event]) => event === "missed").map(([, number]) => number), upTo(25));
    one.close();
  });
});
