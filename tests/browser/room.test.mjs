// SPDX-License-Identifier: MIT
// The page at / in a real browser: two tabs chat over raw WebSockets, and survive a restart of the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "../interop/support/server.mjs";
import { launch, offline, online, openPage, say, sees } from "./support/browser.mjs";

let browser, server;
before(async () => { [browser, server] = await Promise.all([launch(), start("duplex", ["serve"])]); });
after(async () => { await browser?.close(); await server?.stop(); });

async function enter(name, room, options) {
  const page = await openPage(browser, server.url, options);
  await page.fill("#name", name);
  await page.fill("#room", room);
  await page.click("text=Join the room");
  await online(page);
  return page;
}

async function done(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.errors, []);
    await page.context().close();
  }
}

test("two tabs chat, see each other typing, and know who is here", async () => {
  const ada = await enter("Ada", "two tabs");
  const bob = await enter("Bob", "two tabs", { viewport: { width: 390, height: 800 } });
  await ada.getByText("Bob joined").waitFor();
  await ada.getByText("2 here").waitFor();
  await say(ada, "Hello from Ada 👩‍👩‍👧‍👦");
  await sees(ada, "Hello from Ada", "delivered");
  await sees(bob, "Hello from Ada");
  await bob.type("#text", "typing");
  await ada.getByText("Bob is typing…").waitFor();
  await say(bob, "<b>not markup</b>");
  await sees(ada, "<b>not markup</b>");
  assert.equal(await ada.locator(".bubble b").count(), 0);
  await bob.context().close();
  await ada.getByText("Bob left").waitFor();
  assert.deepEqual(await ada.locator("#people .name").allTextContents(), ["Ada"]);
  await done(ada);
});

test("both directions at once: neither tab waits for the other", async () => {
  const [ada, bob] = [await enter("Ada", "both"), await enter("Bob", "both")];
  const burst = (page, name) => page.evaluate(([who]) => {
    for (let i = 0; i < 50; i++) {
      document.querySelector("#text").value = `${who} ${i}`;
      document.querySelector("#composer").requestSubmit();
    }
  }, [name]);
  await Promise.all([burst(ada, "from Ada"), burst(bob, "from Bob")]);
  for (const page of [ada, bob]) {
    await sees(page, "from Ada 49", "delivered");
    await sees(page, "from Bob 49", "delivered");
    const texts = await page.locator(".bubble").allTextContents();
    for (const who of ["from Ada", "from Bob"]) {
      assert.deepEqual(texts.filter((text) => text.startsWith(who)), Array.from({ length: 50 }, (_, i) => `${who} ${i}`));
    }
  }
  await done(ada, bob);
});

test("the server goes away and comes back: the page says so, reconnects, and sends what waited", async () => {
  const [ada, bob] = [await enter("Ada", "restart"), await enter("Bob", "restart")];
  await server.stop();
  await Promise.all([offline(ada), offline(bob)]);
  assert.match(await ada.locator("#pill").textContent(), /Offline|Connecting/);
  await say(ada, "written while it was away");
  await sees(ada, "written while it was away", "waiting");
  server = await start("duplex", ["serve"], { port: server.port });
  await Promise.all([online(ada), online(bob)]);
  await sees(ada, "written while it was away", "delivered");
  await ada.getByText("2 here").waitFor();
  await say(bob, "and we are back");
  await sees(ada, "and we are back");
  await ada.locator(".banner").waitFor({ state: "hidden" });
  await done(ada, bob);
});

test("a killed server is noticed and its successor found", async () => {
  const ada = await enter("Ada", "killed");
  await server.kill();
  await offline(ada);
  server = await start("duplex", ["serve"], { port: server.port });
  await online(ada);
  await say(ada, "hello again");
  await sees(ada, "hello again", "delivered");
  await done(ada);
});

test("the echo test brings every message back unchanged and in order", async () => {
  const page = await openPage(browser, `${server.url}/#echo`);
  for (const [load, text] of [["20000x32", "20,000 messages"], ["128x524288", "128 messages"]]) {
    await page.check(`input[value="${load}"]`);
    await page.click("#echo-form button");
    await page.getByText(`${text} came back unchanged and in order.`).waitFor({ timeout: 60_000 });
  }
  await done(page);
});
