// SPDX-License-Identifier: MIT
// npm `socket.io-client` 2 (Engine.IO 3): what it does differently from version 4, and what it is not told.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import io4 from "socket.io-client";
import io2 from "socket.io-client-2";
import { ChaosProxy } from "./support/chaos_proxy.mjs";
import { random, seed, upTo } from "./support/random.mjs";
import { openPage } from "./support/script_dom.mjs";
import { start, within } from "./support/server.mjs";

process.env.DUPLEX_TEST_CLIENT = "2";
const { drive, suite } = await import("./support/driver.mjs");

const DEADLINE = 10_000;
let server, driver, strict;
before(async () => {
  [server, driver, strict] = await Promise.all([
    start("duplex-conformance", ["--suite", "socket.io-client", "--allow-eio3"]),
    start("duplex-conformance", suite),
    start("duplex-conformance", ["--suite", "socket.io-client"]),
  ]);
});
const sockets = new Set();
const end = (socket) => (socket.io.close ?? socket.io._close).call(socket.io);  // with all its namespaces
after(async () => {
  for (const socket of sockets) end(socket);
  await Promise.all([server?.stop(), driver?.stop(), strict?.stop()]);
});

function open(path = "", options = {}, client = io2) {
  const socket = client(server.url + path, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 100, ...options });
  sockets.add(socket);
  return socket;
}
const fires = (emitter, event) => within(DEADLINE, event, new Promise((resolve) => emitter.once(event, (...values) => resolve(values))));
const ask = (socket, ...values) => within(DEADLINE, `the answer to ${values[0]}`, new Promise((resolve) => socket.emit(...values, resolve)));

async function connected(path, options) {
  const socket = open(path, options);
  await fires(socket, "connect");
  return socket;
}

test("without the switch it is refused as an unsupported version", async () => {
  const socket = io2(strict.url, { forceNew: true, reconnection: false });
  await fires(socket, "connect_error");
  end(socket);
  const answer = await fetch(`${strict.url}/socket.io/?EIO=3&transport=polling`);
  assert.equal(answer.status, 400);
  assert.deepEqual(await answer.json(), { code: 5, message: "Unsupported protocol version" });
});

test("it and the server agree on its id, in the main namespace and in another", async () => {
  const socket = await connected();
  assert.equal(await ask(socket, "getId"), socket.id);
  const foo = socket.io.socket("/foo");
  await fires(foo, "connect");
  assert.equal(await ask(foo, "getId"), foo.id);
  assert.equal(foo.id, `/foo#${socket.id}`);
  end(socket);
});

test("the query of a namespace is its auth there; that of the connection is in the handshake", async () => {
  const socket = open("/abc?token=a%20b%26c&lang=%C3%A9");
  const [handshake] = await fires(socket, "handshake");
  assert.deepEqual(handshake.auth, { token: "a b&c", lang: "é" });
  assert.equal(handshake.query.EIO, "3");
  end(socket);
  const other = open("/abc");
  other.query = { test: "123" };
  assert.deepEqual((await fires(other, "handshake"))[0].auth, { test: "123" });
  end(other);
});

test("a middleware's refusal and an unknown namespace come as errors; the connection stays usable", async () => {
  const refused = open("/?fail=1", { query: { fail: 1 } });
  assert.deepEqual(await fires(refused, "error"), ["Auth failed (main namespace)"]);
  end(refused);
  const socket = await connected();
  const no = socket.io.socket("/no"), nope = socket.io.socket("/nope");
  assert.deepEqual(await Promise.all([fires(no, "error"), fires(nope, "error")]),
    [["Auth failed (custom namespace)"], [{ message: "Invalid namespace" }]]);
  assert.equal(await ask(socket, "echo", 7), 7);
  end(socket);
});

test("two namespaces share a connection; leaving one keeps the other, and it can be entered again", async () => {
  const socket = await connected("", { transports: ["websocket"] });
  const foo = socket.io.socket("/foo");
  await fires(foo, "connect");
  const { engine } = socket.io;
  foo.disconnect();
  assert.equal(await ask(socket, "echo", 1), 1);
  foo.connect();
  await fires(foo, "connect");
  assert.equal(await ask(foo, "getId"), foo.id);
  assert.equal(socket.io.engine, engine);
  end(socket);
  foo.close();
});

test("a server's disconnect without close keeps the connection, and the namespace may be entered again", async () => {
  const main = io2(driver.url, { forceNew: true, transports: ["websocket"] });
  sockets.add(main);
  await fires(main, "connect");
  const client = main.io.socket("/driver");
  await fires(client, "hello");
  client.emit("disconnectMe", false);
  assert.deepEqual(await fires(client, "disconnect"), ["io server disconnect"]);
  assert.equal(main.connected, true);
  client.connect();
  await fires(client, "connect");
  assert.deepEqual(await ask(client, "rooms"), [client.id]);
  end(main);
  client.close();
});

test("a server's disconnect has its reason, and it does not come back by itself", async () => {
  for (const close of [false, true]) {
    const client = await drive(driver.url, { transports: ["websocket"] });
    const gone = fires(client.socket, "disconnect");
    client.socket.emit("disconnectMe", close);
    assert.equal((await gone)[0], "io server disconnect");
    assert.equal(client.socket.connected, false);
    client.close();
  }
});

test("a client without bytes gets base64, and sends it", async () => {
  for (const transports of [["polling"], ["websocket"]]) {
    const socket = await connected("", { transports, forceBase64: true });
    assert.equal(socket.io.engine.transport.supportsBinary && !socket.io.engine.forceBase64, false);
    const bytes = Buffer.from([0, 1, 2, 0xfe, 0xff]);
    assert.deepEqual(await ask(socket, "echo", { in: [bytes, "é👋"] }), { in: [bytes, "é👋"] });
    end(socket);
  }
});

test("every kind of character is counted as it counts, alone and among bytes", async () => {
  const text = "a é € 👋 \u2028 \\n \n \u0000 \ud83d\udc4b\u200d 𐀀􏿿".repeat(20);
  for (const transports of [["polling"], ["websocket"]]) {
    const socket = await connected("", { transports });
    assert.equal(await ask(socket, "echo", text), text);
    assert.deepEqual(await Promise.all([ask(socket, "echo", text), ask(socket, "echo", Buffer.from("é")), ask(socket, "echo", "x")]),
      [text, Buffer.from("é"), "x"]);
    end(socket);
  }
});

test("it comes back when its connection breaks, with another id, and says so", async () => {
  for (const transports of [["polling"], ["websocket"]]) {
    const socket = await connected("", { transports });
    const { id } = socket;
    const gone = fires(socket, "disconnect"), back = fires(socket, "reconnect");
    socket.io.engine.close();
    await gone;
    await back;
    assert.notEqual(socket.id, id);
    assert.equal(await ask(socket, "getId"), socket.id);
    end(socket);
  }
});

test("it comes back when the server does", async () => {
  let mine = await start("duplex-conformance", suite);
  const client = await drive(mine.url);
  const gone = fires(client.socket, "disconnect"), back = fires(client.socket, "reconnect");
  await mine.kill();
  await gone;
  mine = await start("duplex-conformance", suite, { port: mine.port });
  await back;
  assert.deepEqual(await client.call("rooms"), [client.id]);
  client.close();
  await mine.stop();
});

test("its pings are answered", async () => {
  const socket = await connected("", { transports: ["websocket"] });
  const pings = fires(socket, "ping"), [latency] = await fires(socket, "pong");
  await pings;
  assert.ok(latency >= 0 && latency < 2000);
  end(socket);
});

test("clients of versions 2 and 4 are in one room, and hear each other's bytes", async () => {
  const old = await drive(driver.url, { transports: ["polling"] });
  const modern = io4(`${driver.url}/driver`, { forceNew: true, transports: ["websocket"] });
  sockets.add(modern);
  await fires(modern, "hello");
  await Promise.all([old.call("join", "mixed"), ask(modern, "join", "mixed")]);
  const bytes = Buffer.from([1, 2, 3]);
  const heard = fires(modern, "news");
  await old.call("emit", { to: "mixed" }, "news", { bytes }, 1);
  assert.deepEqual((await heard)[0], { bytes });
  assert.deepEqual(await old.next(), ["news", { bytes }, 1]);
  await ask(modern, "emit", { to: "mixed" }, "more", [bytes, bytes], 2);
  assert.deepEqual(await old.next(), ["more", [bytes, bytes], 2]);
  end(modern);
  old.close();
});

test("E11: a hundred upgrades of old clients under random delays: no event is lost, doubled or out of order", async (t) => {
  t.diagnostic(`DUPLEX_TEST_SEED=${seed}`);
  const proxy = await ChaosProxy.to(driver.port);
  proxy.jitter = () => (random() < 0.5 ? 0 : upTo(12));
  const one = async () => {
    const client = await drive(proxy.url, { transports: ["polling", "websocket"] });
    const calls = [];
    let upgraded = false, sent = 0;
    client.upgraded().then(() => (upgraded = true));
    while (!upgraded || sent < 20) {
      for (let burst = upTo(3); burst > 0; --burst)
        calls.push(client.call("emit", { to: client.id }, "count", sent++, Buffer.from([sent & 255])));
      await sleep(upTo(6));
    }
    await Promise.all(calls);
    await client.settled();
    assert.deepEqual(client.all.map(([, n]) => n), Array.from({ length: sent }, (_, n) => n));
    assert.equal(client.hellos.length, 1, "it had to connect again");
    client.close();
  };
  try {
    for (let round = 0; round < 10; ++round) await Promise.all(Array.from({ length: 10 }, one));
  } finally {
    await proxy.close();
  }
});

test("E16: it polls by script elements and forms, and hears everything", async () => {
  const page = openPage();
  try {
    const socket = await connected("", { forceJSONP: true, transports: ["polling"], upgrade: false });
    assert.equal(socket.io.engine.transport.constructor.name, "JSONPPolling");
    const text = "lines\nof \\n and \\\\n, \u2028 \u2029, quotes \" ' </script>, é👋 + % & =";
    assert.equal(await ask(socket, "echo", text), text);
    const bytes = Buffer.from([0, 1, 2, 0xff]);
    const { back } = await ask(socket, "echo", { back: bytes });
    assert.deepEqual(Buffer.from(back), bytes);
    const many = Array.from({ length: 200 }, (_, i) => i);
    assert.deepEqual(await Promise.all(many.map((i) => ask(socket, "echo", i))), many);
    const foo = socket.io.socket("/foo");
    await fires(foo, "connect");
    assert.equal(await ask(foo, "getId"), foo.id);
    end(socket);
    foo.close();
    assert.ok(page.fetched.every(({ text }) => /^___eio\[\d+\]\("/.test(text)));
  } finally {
    await page.close();
  }
});
