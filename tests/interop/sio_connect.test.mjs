// SPDX-License-Identifier: MIT
// npm `socket.io-client`: namespaces, and why a client is disconnected.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start, within } from "./support/server.mjs";
import { drive } from "./support/driver.mjs";
import * as parser from "./support/parser.mjs";

let server;
before(async () => { server = await start("duplex-conformance", ["--suite", "driver", ...parser.flags]); });
after(() => server?.stop());

test("an unknown namespace is refused, and the connection stays usable for others", async () => {
  const driver = await drive(server.url);
  const unknown = driver.socket.io.socket("/unknown");
  unknown.connect();
  const [error] = await within(5000, "connect_error", new Promise((resolve) => unknown.once("connect_error", (...values) => resolve(values))));
  assert.equal(error.message, "Invalid namespace");
  assert.ok(Array.isArray(await driver.call("rooms")));
  driver.close();
});

test("two namespaces share a connection; leaving one keeps the other", async () => {
  const driver = await drive(server.url);
  const root = driver.socket.io.socket("/");
  root.connect();
  await within(5000, "connect", new Promise((resolve) => root.once("connect", resolve)));
  assert.notEqual(root.id, driver.id);
  root.disconnect();
  assert.deepEqual(await driver.call("rooms"), [driver.id]);
  driver.close();
});

test("a server's disconnect has its reason, and the client does not come back by itself", async () => {
  for (const close of [false, true]) {
    const driver = await drive(server.url, { transports: ["websocket"] });
    const gone = driver.fires("disconnect");
    driver.socket.emit("disconnectMe", close);
    assert.equal((await gone)[0], "io server disconnect");
    assert.equal(driver.socket.active, false);
    driver.close();
  }
});

test("a server's disconnect without close keeps the connection, and the namespace may be joined again", async () => {
  const driver = await drive(server.url, { transports: ["websocket"] });
  const root = driver.socket.io.socket("/");
  root.connect();
  await within(5000, "connect", new Promise((resolve) => root.once("connect", resolve)));
  const { id: before, socket: { io: { engine } } } = driver;
  const gone = driver.fires("disconnect");
  driver.socket.emit("disconnectMe", false);
  assert.equal((await gone)[0], "io server disconnect");
  assert.equal(root.connected, true);
  const back = driver.fires("connect");
  driver.socket.connect();
  await back;
  assert.equal(driver.socket.io.engine, engine);
  assert.notEqual(driver.id, before);
  assert.deepEqual(await driver.call("rooms"), [driver.id]);
  root.disconnect();
  driver.close();
});
