// SPDX-License-Identifier: MIT
// `duplex bench --mode broadcast --publishers N`: several connections publish, everyone gets everything, each publisher's in its order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, measured, withRoom, withSocketIo } from "./support/bench.mjs";
import { start } from "./support/server.mjs";

const several = ["--mode", "broadcast", "--publishers", "3"];

test("every delivery of every publisher is counted, over each transport", async () => {
  const server = await start("duplex-conformance", ["--suite", "bench", "--mode", "broadcast"]);
  try {
    for (const [url, ...more] of [[server.ws("/")], [`${server.url}/`], [`${server.url}/`, "--transport", "polling"], [`${server.url}/`, "--transport", "upgrade"]])
      for (const content of ["ascii", "cjk", "binary", "json"])
        for (const how of [[], ["--publishes", "8"], ["--rate", "1000", "--messages", "0", "--duration", "0.2"]]) {
          const found = await measured(url, ...several, "--content", content, "--size", "60", ...more, ...how);
          assert.ok(found.messages >= 300, String(found.messages));
          assert.equal(found.latency_ns.count, found.messages);
          assert.equal(found.options.publishers, 3);
        }
  } finally {
    await server.stop();
  }
});

test("all of them publish, and Node's Socket.IO hands it on", async () => {
  const senders = new Set();
  let io;
  const shout = (socket) => socket.on("m", (argument) => { senders.add(socket.id); io.emit("m", argument); });
  await withSocketIo({}, shout, async (url, its) => {
    io = its;
    await measured(url, ...several);
    assert.equal(senders.size, 3);
    await measured(url, ...several, "--publishers", "5", "--transport", "polling");
    assert.equal(senders.size, 3 + 5);
  });
});

const hand = (client, data) => client.send(data, { binary: false });

test("a room that mixes the publishers in another order for each reader is right", async () => {
  // What came of two publishers goes to every other reader the other way round.
  let held = [];
  await withRoom((client, data, sender) => {
    held.push([client, data, sender]);
    const senders = new Set(held.map(([, , from]) => from));
    if (senders.size < 2 || held.length % 5 !== 0) return;
    const [one, other] = [...senders].map((from) => held.filter(([, , it]) => it === from));
    held = [];
    for (const [to, text] of [...other, ...one]) hand(to, text);
  }, (url) => measured(url, ...several, "--publishers", "2"));
});

test("one publisher's messages in another order, twice, or somebody else's are told", async () => {
  const counted = (spoil) => { let n = 0; return (client, data) => spoil(++n, client, data); };
  const held = new Map();
  await withRoom((client, data, sender) => {
    const waiting = held.get(client)?.get(sender);
    if (waiting) for (const each of [data, waiting]) hand(client, each);
    held.set(client, (held.get(client) ?? new Map()).set(sender, waiting ? undefined : data));
  }, (url) => failed(/other bytes than were sent came back/, url, ...several, "--publishes", "2"));
  await withRoom(counted((n, client, data) => { hand(client, data); if (n === 40) hand(client, data); }),
    (url) => failed(/other bytes than were sent came back/, url, ...several));
  await withRoom(counted((n, client, data) => hand(client, n === 40 ? `????${String(data).slice(4)}` : data)),
    (url) => failed(/a message came that no publisher sent/, url, ...several));
  await withRoom(counted((n, client, data) => n !== 40 && hand(client, data)),
    (url) => failed(/other bytes than were sent came back|nothing came|1 messages did not come/, url, ...several));
});
