// SPDX-License-Identifier: MIT
// npm `ws`, the client that most of Node uses, against duplex-conformance.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { start, within } from "./support/server.mjs";
import { connect } from "./support/websocket.mjs";

let server;
before(async () => { server = await start("duplex-conformance", ["--suite", "autobahn"]); });
after(() => server?.stop());

const MiB = 1 << 20;

test("text comes back as text, unchanged", async () => {
  const peer = await connect(server.ws("/"));
  for (const text of ["Hello", "", "Grüße, κόσμε, 世界, 👩‍👩‍👧‍👦", "a".repeat(125), "a".repeat(126), "a".repeat(65535), "a".repeat(65536)]) {
    peer.send(text);
    assert.equal(await peer.next(), text);
  }
  assert.equal((await peer.close(1000)).code, 1000);
});

test("binary comes back as binary, unchanged", async () => {
  const peer = await connect(server.ws("/"));
  for (const size of [0, 1, 125, 126, 127, 65535, 65536, MiB]) {
    const bytes = randomBytes(size);
    peer.send(bytes);
    assert.deepEqual(await peer.next(), bytes);
  }
  await peer.close(1000);
});

test("a message of many fragments comes back as one message", async () => {
  const peer = await connect(server.ws("/"));
  for (let i = 0; i < 100; i++) peer.ws.send(`part ${i};`, { fin: i === 99 });
  assert.equal(await peer.next(), Array.from({ length: 100 }, (_, i) => `part ${i};`).join(""));
  await peer.close(1000);
});

test("ten thousand messages at once come back in order", async () => {
  const peer = await connect(server.ws("/"));
  for (let i = 0; i < 10_000; i++) peer.send(`message ${i}`);
  for (let i = 0; i < 10_000; i++) assert.equal(await peer.next(), `message ${i}`);
  await peer.close(1000);
});

test("16 MiB of text and of binary come back unchanged", async () => {
  const peer = await connect(server.ws("/"), { perMessageDeflate: false });
  const bytes = randomBytes(16 * MiB);
  peer.send(bytes);
  assert.ok(bytes.equals(await peer.next()));
  const text = bytes.subarray(0, 12 * MiB).toString("base64");
  assert.equal(text.length, 16 * MiB);
  peer.send(text);
  assert.ok(text === (await peer.next()));
  await peer.close(1000);
});

test("permessage-deflate is agreed on, and compressed messages come back", async () => {
  const peer = await connect(server.ws("/"), { perMessageDeflate: { threshold: 0 } });
  assert.match(peer.ws.extensions, /^permessage-deflate/);
  const compressible = "all work and no play ".repeat(50_000);
  const before = peer.ws._socket.bytesRead;
  for (const message of [compressible, "short", "", compressible]) {
    peer.send(message);
    assert.ok(message === (await peer.next()));
  }
  assert.ok(peer.ws._socket.bytesRead - before < compressible.length / 10, "the server compressed what it sent");
  const bytes = randomBytes(100_000);
  peer.send(bytes);
  assert.ok(bytes.equals(await peer.next()));
  await peer.close(1000);
});

for (const [name, offer] of Object.entries({
  "no context takeover on either side": { serverNoContextTakeover: true, clientNoContextTakeover: true },
  "a server window of 9 bits": { serverMaxWindowBits: 9 },
  "a client window of 10 bits": { clientMaxWindowBits: 10 },
})) {
  test(`deflate with ${name}`, async () => {
    const peer = await connect(server.ws("/"), { perMessageDeflate: { threshold: 0, ...offer } });
    for (let i = 0; i < 5; i++) {
      const message = JSON.stringify({ i, values: Array.from({ length: 500 }, (_, n) => n * i) });
      peer.send(message);
      assert.equal(await peer.next(), message);
    }
    await peer.close(1000);
  });
}

test("a client that offers no extension gets none", async () => {
  const peer = await connect(server.ws("/"), { perMessageDeflate: false });
  assert.equal(peer.ws.extensions, "");
  await peer.close(1000);
});

test("a ping is answered with its own payload", async () => {
  const peer = await connect(server.ws("/"));
  for (const payload of [Buffer.alloc(0), Buffer.from("are you there?"), randomBytes(125)]) {
    const pong = within(5000, "the pong", new Promise((resolve) => peer.ws.once("pong", resolve)));
    peer.ws.ping(payload);
    assert.deepEqual(await pong, payload);
  }
  await peer.close(1000);
});

test("a ping between fragments is answered before the message is complete", async () => {
  const peer = await connect(server.ws("/"), { perMessageDeflate: false });
  const pong = within(5000, "the pong", new Promise((resolve) => peer.ws.once("pong", resolve)));
  peer.ws.send("first ", { fin: false });
  peer.ws.ping("between");
  assert.equal((await pong).toString(), "between");
  peer.ws.send("last", { fin: true });
  assert.equal(await peer.next(), "first last");
  await peer.close(1000);
});

for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
  test(`close code ${code} comes back`, async () => {
    const peer = await connect(server.ws("/"));
    assert.equal((await peer.close(code, "because")).code, code);
  });
}

test("a close without a code comes back without one", async () => {
  const peer = await connect(server.ws("/"));
  assert.equal((await peer.close()).code, 1005);
});

const masked = (...head) => Buffer.from([...head, 0, 0, 0, 0]);
for (const [name, bytes, code] of [
  ["a reserved opcode", masked(0x83, 0x80), 1002],
  ["a reserved bit without its extension", masked(0xa1, 0x80), 1002],
  ["a frame that is not masked", Buffer.from([0x81, 0x01, 0x61]), 1002],
  ["a fragmented ping", masked(0x09, 0x80), 1002],
  ["a continuation of nothing", masked(0x80, 0x80), 1002],
  ["text that is not UTF-8", Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 1007],
  ["a close code that may not be sent", Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]), 1002],
  ["a message of more than 64 MiB", Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x04, 0, 0, 1, 0, 0, 0, 0]), 1009],
]) {
  test(`${name} is refused with ${code}`, async () => {
    const peer = await connect(server.ws("/"), { perMessageDeflate: false });
    peer.raw(bytes);
    assert.equal((await peer.end()).code, code);
  });
}

test("a thousand connections at once each get their own messages", { timeout: 60_000 }, async () => {
  const peers = [];
  for (let i = 0; i < 1000; i += 100) {
    peers.push(...await Promise.all(Array.from({ length: 100 }, (_, n) => connect(server.ws(`/${i + n}`), { perMessageDeflate: false }))));
  }
  for (const round of ["first", "second"]) {
    peers.forEach((peer, i) => peer.send(`${round} of ${i}`));
    for (const [i, peer] of peers.entries()) assert.equal(await peer.next(), `${round} of ${i}`);
  }
  const codes = await Promise.all(peers.map((peer) => peer.close(1000)));
  assert.ok(codes.every(({ code }) => code === 1000));
});
