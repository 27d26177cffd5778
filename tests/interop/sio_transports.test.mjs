// SPDX-License-Identifier: MIT
// npm `socket.io-client`, of this version and of 2: polling, WebSocket, and from one to the other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { drive, io, suite } from "./support/driver.mjs";
import { start, within } from "./support/server.mjs";

let server;
before(async () => { server = await start("duplex-conformance", suite); });
after(() => server?.stop());

const ways = {
  "polling only": { transports: ["polling"] },
  "WebSocket only": { transports: ["websocket"] },
  "polling, then WebSocket": { transports: ["polling", "websocket"] },
};

for (const [name, options] of Object.entries(ways)) {
  test(`${name}: hello, events both ways, and an orderly end`, async () => {
    const driver = await drive(server.url, options);
    assert.deepEqual(driver.hellos, [{ id: driver.id, recovered: false }]);
    if (options.transports.includes("websocket")) await driver.upgraded();
    else assert.equal(driver.transport, "polling");
    await driver.call("emit", { to: driver.id }, "greeting", "Grüße 👋", 7, null, { deep: [true, { er: 1.5 }] });
    assert.deepEqual(await driver.next(), ["greeting", "Grüße 👋", 7, null, { deep: [true, { er: 1.5 }] }]);
    const gone = driver.fires("disconnect");
    driver.close();
    assert.equal((await gone)[0], "io client disconnect");
  });

  test(`${name}: bytes arrive as bytes, wherever they are in the arguments`, async () => {
    const driver = await drive(server.url, options);
    const bytes = Buffer.from([0, 1, 2, 0xfe, 0xff]);
    await driver.call("emit", { to: driver.id }, "bytes", bytes, { inside: [Buffer.alloc(0), "text", Buffer.alloc(70_000, 7)] });
    const [, first, second] = await driver.next();
    assert.ok(bytes.equals(Buffer.from(first)));
    assert.equal(second.inside[0].length ?? second.inside[0].byteLength, 0);
    assert.equal(second.inside[1], "text");
    assert.ok(Buffer.alloc(70_000, 7).equals(Buffer.from(second.inside[2])));
    driver.close();
  });

  test(`${name}: a thousand events stay in order, also across the upgrade`, async () => {
    const driver = await drive(server.url, options);
    const sent = Array.from({ length: 1000 }, (_, i) => driver.call("emit", { to: driver.id }, "count", i));
    await Promise.all(sent);
    await driver.settled();
    assert.deepEqual(driver.all, Array.from({ length: 1000 }, (_, i) => ["count", i]));
    driver.close();
  });
}

test("a message over maxHttpBufferSize ends the connection, and only that one", async () => {
  const other = await drive(server.url);
  const driver = await drive(server.url, { transports: ["websocket"], reconnection: false });
  const gone = driver.fires("disconnect");
  driver.socket.emit("join", "x".repeat(1_000_100));
  assert.equal((await gone)[0], "transport close");
  assert.ok(Array.isArray(await other.call("rooms")));
  driver.close();
  other.close();
});

test("a hundred sockets over one connection each, half of them polling", async () => {
  const drivers = await Promise.all(Array.from({ length: 100 }, (_, i) => drive(server.url, { transports: [i % 2 ? "polling" : "websocket"] })));
  assert.equal(new Set(drivers.map(({ id }) => id)).size, 100);
  await Promise.all(drivers.map((driver, i) => driver.call("join", `parity ${i % 2}`)));
  await drivers[0].call("emit", { to: "parity 1" }, "odd");
  await Promise.all(drivers.map((driver) => driver.settled()));
  drivers.forEach((driver, i) => assert.deepEqual(driver.all, i % 2 ? [["odd"]] : []));
  for (const driver of drivers) driver.close();
});

test("another path is not Socket.IO: the client hears an error", async () => {
  const elsewhere = io(server.url, { path: "/elsewhere/", reconnection: false, forceNew: true });
  await within(5000, "connect_error", new Promise((resolve) => elsewhere.once("connect_error", resolve)));
  elsewhere.close();
  const driver = await drive(server.url);
  driver.close();
});
