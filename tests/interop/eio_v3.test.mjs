// SPDX-License-Identifier: MIT
// npm `engine.io-client` 3: the transports, the heartbeat, and how connections end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import connect from "engine.io-client-3";
import { start, within } from "./support/server.mjs";

const DEADLINE = 10_000;
let server, patient;
before(async () => {
  server = await start("duplex-conformance", ["--suite", "engine.io", "--allow-eio3"]);
  patient = await start("duplex-conformance", ["--suite", "engine.io-client", "--allow-eio3"]);  // greets with "hi"
});
after(() => Promise.all([server?.stop(), patient?.stop()]));

const fires = (emitter, event) => within(DEADLINE, event, new Promise((resolve) => emitter.once(event, (...values) => resolve(values))));

async function open(options = {}) {
  const socket = connect(server.url, { path: "/engine.io/", ...options });
  await fires(socket, "open");
  return socket;
}

/** Sends them all at once and hears the echoes. */
async function echoed(socket, messages) {
  const heard = [];
  const all = within(DEADLINE, "the echoes", new Promise((resolve, reject) => {
    socket.once("close", (reason) => reject(new Error(`closed before the last echo: ${reason}`)));
    const listener = (data) => {
      heard.push(data ?? "");  // what it makes of an empty message
      if (heard.length < messages.length) return;
      socket.off("message", listener);
      resolve();
    };
    socket.on("message", listener);
  }));
  for (const message of messages) socket.send(message);
  await all;
  return heard;
}

const ways = {
  "polling": { transports: ["polling"] },
  "polling with base64": { transports: ["polling"], forceBase64: true },
  "WebSocket": { transports: ["websocket"] },
  "WebSocket with base64": { transports: ["websocket"], forceBase64: true },
  "polling, then WebSocket": { transports: ["polling", "websocket"] },
};

for (const [name, options] of Object.entries(ways)) {
  test(`${name}: texts and bytes are echoed in order`, async () => {
    const socket = await open(options);
    const messages = Array.from({ length: 200 }, (_, i) => [`text ${i} é€👋`, Buffer.from([i, 0, 255]), "", "4:4:4"][i % 4]);
    assert.deepEqual(await echoed(socket, messages), messages);
    const large = ["x".repeat(500_000), Buffer.alloc(300_000, 7), "👋".repeat(50_000)];
    for (const message of large) assert.deepEqual(await echoed(socket, [message]), [message]);
    socket.close();
  });

  test(`${name}: it lives as long as it pings, and is closed 500 ms after its last ping`, async () => {
    const socket = await open(options);
    if (options.transports.includes("websocket") && options.transports.length > 1) await fires(socket, "upgrade");
    for (let i = 0; i < 3; ++i) await fires(socket, "pong");
    assert.equal(socket.readyState, "open");
    const last = Date.now();
    clearTimeout(socket.pingIntervalTimer);  // it does not ping any more, and does not mind
    clearTimeout(socket.pingTimeoutTimer);
    socket.onHeartbeat = socket.ping = () => {};
    const [reason] = await fires(socket, "close");
    assert.match(reason, /^transport (close|error)$/);
    const after = Date.now() - last;
    assert.ok(after > 400 && after < 3000, `after ${after} ms`);
  });

  test(`${name}: its close ends the session at once`, async () => {
    const socket = await open(options);
    const { id } = socket;
    const closed = fires(socket, "close");
    socket.close();
    assert.equal((await closed)[0], "forced close");
    const deadline = Date.now() + DEADLINE;
    let answer;
    do answer = await fetch(`${server.url}/engine.io/?EIO=3&transport=polling&sid=${id}`, { method: "POST", body: "1:2" });
    while (answer.status === 200 && Date.now() < deadline);
    assert.equal(answer.status, 400);
  });
}

test("an upgrade that finds no WebSocket leaves it polling", async () => {
  const socket = await open({ transports: ["polling", "websocket"], upgrade: false });
  assert.equal(socket.transport.name, "polling");
  assert.deepEqual(await echoed(socket, ["still here"]), ["still here"]);
  socket.close();
});

test("a thousand sessions come and go", async () => {
  for (let round = 0; round < 10; ++round)
    await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      const socket = connect(patient.url, { path: "/engine.io/", transports: [i % 2 ? "polling" : "websocket"] });
      assert.deepEqual(await fires(socket, "message"), ["hi"]);
      assert.deepEqual(await echoed(socket, [`${i}`]), [`${i}`]);
      const closed = fires(socket, "close");
      socket.close();
      await closed;
    }));
});
