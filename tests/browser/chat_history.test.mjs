// SPDX-License-Identifier: MIT
// The page at /chat in a real browser: what was said outlives the server; people, not tabs, are counted.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../interop/support/run.mjs";
import { start } from "../interop/support/server.mjs";
import { launch, offline, online, openPage, say, sees } from "./support/browser.mjs";

let browser, server, folder;
const serve = (port = 0) => start("duplex", ["serve", "--history", join(folder, "chat.db")], { port });
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "duplex-chat-"));
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function enter(page, name, room) {
  await page.fill("#name", name);
  await page.fill("#room", room);
  await page.click("text=Start chatting");
  await online(page);
  return page;
}
const visit = async (name, room) => enter(await openPage(browser, `${server.url}/chat/`), name, room);

/** Another tab of the same browser. */
async function anotherTab(page, name, room) {
  const tab = await page.context().newPage();
  tab.setDefaultTimeout(15_000);
  tab.errors = page.errors;
  tab.on("pageerror", (error) => page.errors.push(error));
  await tab.goto(`${server.url}/chat/`);
  return enter(tab, name, room);
}

const said = (page) => page.locator(".bubble").allTextContents();
const people = (page) => page.locator("#people .name").allTextContents();
const counts = (page, text) => page.locator("#member-count", { hasText: text }).waitFor();
const screenshot = (page, name) => process.env.DUPLEX_SCREENSHOTS && page.screenshot({ path: join(process.env.DUPLEX_SCREENSHOTS, `${name}.png`) });

async function done(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.errors, []);
    await page.context().close();
  }
}

test("kill -9 of the server after messages were confirmed: after the restart they are there, none lost, none twice", async () => {
  const [ada, bob] = [await visit("Ada", "kept"), await visit("Bob", "kept")];
  const texts = [];
  for (let i = 1; i <= 6; ++i) {
    const text = `message ${i} of ${i % 2 ? "Ada" : "Bob"}`;
    await say(i % 2 ? ada : bob, text);
    await sees(i % 2 ? ada : bob, text, "delivered");
    texts.push(text);
  }
  await server.kill();
  await Promise.all([offline(ada), offline(bob)]);
  await say(ada, "written while it was away");
  texts.push("written while it was away");
  server = await serve(server.port);
  await Promise.all([online(ada), online(bob)]);
  await sees(ada, "written while it was away", "delivered");
  await sees(bob, "written while it was away");
  // Who had them has them once; who comes only now, and who reloads, reads them too.
  const eve = await visit("Eve", "kept");
  await sees(eve, "written while it was away");
  await ada.reload();
  await online(ada);
  await sees(ada, "written while it was away");
  for (const page of [ada, bob, eve]) assert.deepEqual(await said(page), texts);
  assert.equal(await ada.locator(".message.own").count(), 4, "after a reload she knows what she said herself");
  await screenshot(eve, "history");
  await done(ada, bob, eve);
});

test("the server dies while it is told something: the message is there once, whether it had been kept or not", async () => {
  const [ada, bob] = [await visit("Ada", "torn"), await visit("Bob", "torn")];
  for (let round = 0; round < 3; ++round) {
    for (let i = 0; i < 5; ++i) await say(ada, `round ${round}, ${i}`);
    await server.kill();  // some are confirmed, some kept and not confirmed, some neither
    server = await serve(server.port);
    await Promise.all([online(ada), online(bob)]);
    for (let i = 0; i < 5; ++i) {
      await sees(ada, `round ${round}, ${i}`, "delivered");
      await sees(bob, `round ${round}, ${i}`);
    }
  }
  const all = Array.from({ length: 15 }, (_, i) => `round ${Math.floor(i / 5)}, ${i % 5}`);
  const eve = await visit("Eve", "torn");
  await sees(eve, "round 2, 4");
  for (const page of [ada, bob, eve]) assert.deepEqual((await said(page)).sort(), all);
  await done(ada, bob, eve);
});

test("a full disk: the page says why a message is not confirmed, and sends it again when asked to", async () => {
  const [ada, bob] = [await visit("Ada", "full"), await visit("Bob", "full")];
  const limit = async (bytes) => assert.equal((await run("prlimit", ["--pid", String(server.pid), `--fsize=${bytes}:`])).code, 0);
  await limit(1);
  await say(ada, "too much");
  await sees(ada, "too much", "failed");
  await ada.getByText("Not confirmed: no space is left for the history").waitFor();
  await screenshot(ada, "full");
  assert.deepEqual(await said(bob), []);
  await limit("unlimited");
  await ada.getByText("send again").click();
  await sees(ada, "too much", "delivered");
  await sees(bob, "too much");
  assert.deepEqual(await said(bob), ["too much"]);
  await done(ada, bob);
});

test("two tabs of one person are one; another browser's person of that name is another", async () => {
  const bob = await visit("Bob", "tabs"), ada = await visit("Ada", "tabs");
  await counts(bob, "2 here");
  const tab = await anotherTab(ada, "Ada", "tabs");
  await counts(tab, "2 here");
  await say(ada, "from the first tab");
  await sees(tab, "from the first tab");
  assert.equal(await tab.locator(".message.own").count(), 1, "what she says in one tab is hers in the other");
  const namesake = await visit("Ada", "tabs");
  await counts(bob, "3 here");
  assert.deepEqual((await people(bob)).sort(), ["Ada", "Ada", "Bob"]);
  await screenshot(bob, "tabs");
  await tab.close();
  await ada.close();
  await counts(bob, "2 here");  // when her time of grace is over
  assert.equal(await bob.getByText("Ada left").count(), 1);
  assert.equal(await bob.getByText("Ada joined").count(), 2);
  await done(bob, ada, namesake);
});

test("a reload, and a network that goes and comes back, are nobody's leaving", async () => {
  const bob = await visit("Bob", "flicker"), ada = await visit("Ada", "flicker");
  await bob.getByText("Ada joined").waitFor();
  await ada.reload();
  await online(ada);
  await counts(ada, "2 here");
  await ada.context().setOffline(true);
  await ada.evaluate(() => window.dispatchEvent(new Event("offline")));
  await offline(ada);
  await ada.context().setOffline(false);
  await online(ada);
  await say(ada, "here I am");
  await sees(bob, "here I am");
  await ada.click("#sign-out");  // that is one, at once
  await bob.getByText("Ada left").waitFor();
  assert.deepEqual(await bob.locator(".note").allTextContents(), ["Ada joined", "Ada left"]);
  await counts(bob, "just you");
  await done(bob, ada);
});

test("who signs out in the middle of an upgrade has left", async () => {
  const bob = await visit("Bob", "upgrading"), ada = await openPage(browser, "about:blank");
  // Her WebSocket opens when she is told to go on, and the poll that the upgrade ends comes back when she has clicked: in between
  // nothing of hers can be sent.
  await ada.addInitScript(() => {
    const told = new Promise((resolve) => (window.goOn = resolve));
    window.WebSocket = class extends WebSocket {
      set onopen(then) {
        super.onopen = (event) => told.then(() => then(event));
      }
    };
  });
  let upgrading = false, clicked;
  const gone = new Promise((resolve) => (clicked = resolve));
  await ada.route((url) => url.searchParams.get("transport") === "polling" && url.searchParams.has("sid"), async (route) => {
    if (route.request().method() === "POST") return route.continue();
    const response = await route.fetch();
    if (upgrading) await gone;
    await route.fulfill({ response });
  });
  const probed = new Promise((resolve) => ada.on("websocket", (socket) => socket.on("framereceived", resolve)));
  await ada.goto(`${server.url}/chat/`);
  await enter(ada, "Ada", "upgrading");
  await bob.getByText("Ada joined").waitFor();
  upgrading = true;
  await ada.evaluate(() => window.goOn());
  await probed;
  await ada.click("#sign-out");
  clicked();
  await bob.getByText("Ada left").waitFor();
  await done(bob, ada);
});
