// SPDX-License-Identifier: MIT
// The page at /chat in a real browser: the unmodified Socket.IO client, over each transport.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "../interop/support/server.mjs";
import { launch, offline, online, openPage, say, sees } from "./support/browser.mjs";

let browser, server;
before(async () => { [browser, server] = await Promise.all([launch(), start("duplex", ["serve"])]); });
after(async () => { await browser?.close(); await server?.stop(); });

async function enter(name, room, { transport, ...options } = {}) {
  const page = await openPage(browser, `${server.url}/chat/${transport ? `?transport=${transport}` : ""}`, options);
  await page.fill("#name", name);
  await page.fill("#room", room);
  await page.click("text=Start chatting");
  await online(page);
  return page;
}

async function done(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.errors, []);
    await page.context().close();
  }
}

for (const [name, transport, ends] of [
  ["polling, upgraded to WebSocket", undefined, "websocket"],
  ["polling only", "polling", "polling"],
  ["WebSocket only", "websocket", "websocket"],
]) {
  test(`two tabs chat: ${name}`, async () => {
    const [ada, bob] = [await enter("Ada", name, { transport }), await enter("Bob", name, { transport })];
    await ada.locator("#pill-extra", { hasText: ends }).waitFor();
    await ada.getByText("Bob joined").waitFor();
    await say(ada, "Hello 👩‍👩‍👧‍👦");
    await sees(ada, "Hello", "delivered");
    await sees(bob, "Hello");
    await bob.type("#text", "typing");
    await ada.getByText("Bob is typing…").waitFor();
    await say(bob, "Hello yourself");
    await sees(ada, "Hello yourself");
    await bob.context().close();
    await ada.getByText("Bob left").waitFor();
    await done(ada);
  });
}

test("who comes later reads the last messages, and a reload loses nothing", async () => {
  const ada = await enter("Ada", "history");
  for (const text of ["one", "two", "three"]) {
    await say(ada, text);
    await sees(ada, text, "delivered");
  }
  const bob = await enter("Bob", "history");
  await sees(bob, "three");
  await ada.reload();
  await online(ada);
  await sees(ada, "three");
  for (const page of [ada, bob]) assert.deepEqual(await page.locator(".bubble").allTextContents(), ["one", "two", "three"]);
  await done(ada, bob);
});

test("several rooms: what is said in another one is counted, not mixed in", async () => {
  const [ada, bob] = [await enter("Ada", "first"), await enter("Bob", "first")];
  await ada.fill("#new-room-name", "second");
  await ada.press("#new-room-name", "Enter");
  await say(bob, "are you there?");
  await ada.locator(".badge", { hasText: "1" }).waitFor();
  assert.equal(await ada.locator(".bubble").count(), 0);
  await ada.locator(".room", { hasText: "first" }).click();
  await sees(ada, "are you there?");
  assert.equal(await ada.locator(".badge").count(), 0);
  await done(ada, bob);
});

test("a killed server: the page says so, keeps what is written, and sends it to the next one", async () => {
  const [ada, bob] = [await enter("Ada", "killed"), await enter("Bob", "killed")];
  await server.kill();
  await Promise.all([offline(ada), offline(bob)]);
  await say(ada, "kept");
  await sees(ada, "kept", "waiting");
  server = await start("duplex", ["serve"], { port: server.port });
  await Promise.all([online(ada), online(bob)]);
  await sees(ada, "kept", "delivered");
  await sees(bob, "kept");
  assert.equal(await bob.locator(".bubble", { hasText: "kept" }).count(), 1);
  await done(ada, bob);
});

test("a connection that breaks for a moment: what was said meanwhile arrives, once, and the page says that nothing is lost", async () => {
  const [ada, bob] = [await enter("Ada", "moment"), await enter("Bob", "moment")];
  await ada.locator("#pill-extra", { hasText: "websocket" }).waitFor();
  await say(bob, "before");
  await sees(ada, "before");
  await ada.context().setOffline(true);   // new connections fail …
  await ada.evaluate(() => window.dispatchEvent(new Event("offline")));  // … and the client hears that the network went
  await offline(ada);
  await say(bob, "meanwhile");
  await sees(bob, "meanwhile", "delivered");
  await ada.context().setOffline(false);
  await online(ada);
  await sees(ada, "meanwhile");
  await ada.getByText("Caught up, nothing lost").waitFor();
  assert.deepEqual(await ada.locator(".bubble").allTextContents(), ["before", "meanwhile"]);
  await done(ada, bob);
});
