// SPDX-License-Identifier: MIT
// permessage-deflate under Engine.IO and Socket.IO, with the unmodified clients.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { Socket } from "engine.io-client";
import { drive } from "./support/driver.mjs";
import { start, within } from "./support/server.mjs";

let server, driver;
before(async () => {
  server = await start("duplex-conformance", ["--suite", "engine.io", "--deflate"]);
  driver = await start("duplex-conformance", ["--suite", "driver", "--deflate"]);
});
after(() => Promise.all([server?.stop(), driver?.stop()]));

const long = Array.from({ length: 4000 }, (_, i) => `line ${i} of something that repeats itself`).join("\n");
const extensions = (engine) => engine.transport.ws.extensions;
const received = (engine) => engine.transport.ws._socket.bytesRead;

for (const perMessageDeflate of [{ threshold: 0 }, { threshold: 1024 }, false]) {
  test(`echo over a WebSocket, perMessageDeflate: ${JSON.stringify(perMessageDeflate)}`, async () => {
    const socket = new Socket(server.url, { path: "/engine.io/", transports: ["websocket"], perMessageDeflate });
    const heard = [];
    let wake = () => {};
    socket.on("message", (data) => { heard.push(data); wake(); });
    const echo = async (data) => {
      const came = new Promise((resolve) => (wake = resolve));
      socket.send(data);
      await within(5000, "the echo", came);
      return heard.shift();
    };
    await within(5000, "open", new Promise((resolve) => socket.once("open", resolve)));
    assert.equal(/permessage-deflate/.test(extensions(socket)), perMessageDeflate !== false);
    for (const text of ["short", "ä".repeat(600), long]) assert.equal(await echo(text), text);
    for (const bytes of [Buffer.alloc(0), Buffer.from([0, 0, 255, 255]), Buffer.alloc(100_000, 7), randomBytes(50_000)])
      assert.ok(bytes.equals(await echo(bytes)));
    const before = received(socket);
    assert.equal(await echo(long), long);
    const took = received(socket) - before;
    if (perMessageDeflate) assert.ok(took < long.length / 4, `${took} bytes for ${long.length}`);
    else assert.ok(took > long.length);
    socket.close();
  });
}

test("a broadcast reaches compressed, uncompressed, upgraded and polling clients alike", async () => {
  const ways = {
    compressed: { transports: ["websocket"] },
    "compressed, too": { transports: ["websocket"] },
    uncompressed: { transports: ["websocket"], perMessageDeflate: false },
    upgraded: { transports: ["polling", "websocket"] },
    polling: { transports: ["polling"] },
  };
  const clients = {};
  for (const [name, options] of Object.entries(ways)) {
    const client = clients[name] = await drive(driver.url, options);
    if (name === "upgraded") await client.upgraded();
    await client.call("join", "all");
  }
  const teller = await drive(driver.url, { transports: ["websocket"] });
  const bytes = randomBytes(5000), zeros = Buffer.alloc(80_000);
  const payloads = [[long], ["short"], [{ text: long, bytes, and: [zeros] }], [zeros, 7], ["ä".repeat(600), null]];
  const same = (value) => Buffer.isBuffer(value) || value instanceof ArrayBuffer ? Buffer.from(value).toString("hex")
    : Array.isArray(value) ? value.map(same)
    : value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, same(v)])) : value;
  for (const compress of [true, false]) {
    const before = Object.fromEntries(Object.entries(clients).filter(([name]) => name !== "polling")
      .map(([name, { socket }]) => [name, received(socket.io.engine)]));
    for (const payload of payloads) await teller.call("emit", { to: "all", compress }, "told", ...payload, true);
    for (const [name, client] of Object.entries(clients)) {
      for (const payload of payloads) assert.deepEqual(same(await client.next()), same(["told", ...payload, true]), name);
      if (name === "polling") continue;
      const took = received(client.socket.io.engine) - before[name];
      const packed = name !== "uncompressed";
      assert.equal(/permessage-deflate/.test(extensions(client.socket.io.engine)), packed, name);
      if (packed && compress) assert.ok(took < 150_000, `${name} took ${took} bytes`);
      else assert.ok(took > 450_000, `${name} took ${took} bytes`);
    }
  }
  for (const client of [...Object.values(clients), teller]) client.close();
});
