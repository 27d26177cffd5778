// SPDX-License-Identifier: MIT
// The page of npm `@socket.io/admin-ui` at /admin in a real browser, as npm ships it: it signs in, shows what there is, and
// acts on it. (It has no way to emit; what it could ask for so is in interop/sio_admin.test.mjs.)
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { io } from "socket.io-client";
import { HASH, PASSWORD } from "../interop/support/admin.mjs";
import { start, within } from "../interop/support/server.mjs";
import { launch } from "./support/browser.mjs";

const SHOTS = process.env.DUPLEX_TEST_SCREENSHOTS;  // a folder to leave pictures in

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const people = new Set();
after(() => { for (const person of people) person.disconnect(); });

/** Somebody in the chat, in that room. */
async function join(url, room, name, transports = ["websocket"]) {
  const socket = io(url, { forceNew: true, reconnection: false, transports });
  people.add(socket);
  await within(10_000, "connect", once(socket, "connect"));
  await socket.timeout(10_000).emitWithAck("join", room, name);
  return socket;
}

/** The page, before it has signed in. It asks others for a font and for icons: they are not part of it. */
async function openAdmin(server, context) {
  context ??= await browser.newContext({ viewport: { width: 1500, height: 1000 } });
  await context.route((url) => url.origin !== server.url, (route) => route.abort());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error));
  await page.goto(`${server.url}/admin`);
  return page;
}

async function signIn(page, server, { username = "admin", password = PASSWORD } = {}) {
  await page.getByLabel("Server URL").fill(server.url);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Connect" }).click();
}

const connected = (page) => page.locator(".v-dialog--active").waitFor({ state: "hidden" });
/** Opens a view; the one before has left the page when it resolves, which slides out beside it. */
async function go(page, where) {
  await page.locator(".v-navigation-drawer").getByText(where, { exact: true }).click();
  await page.waitForFunction((name) => {
    const heads = [...document.querySelectorAll("main .v-breadcrumbs")].map((head) => head.textContent.trim());
    return heads.length === 1 && heads[0] === name;
  }, where);
}
const row = (page, text) => page.locator("tbody tr", { hasText: text });
const picture = (page, name) => SHOTS && page.screenshot({ path: `${SHOTS}/${name}.png` });

async function withServer(args, story) {
  const server = await start("duplex", ["serve", "--admin", "--admin-password-hash", HASH, ...args]);
  try {
    await story(server);
  } finally {
    for (const person of people) person.disconnect();
    people.clear();
    await server.stop();
  }
}

async function done(page) {
  assert.deepEqual(page.errors, []);
  await page.context().close();
}

test("development: sign in, sockets, rooms, events; join, leave and disconnect from the page", { timeout: 120_000 }, async () => {
  await withServer([], async (server) => {
    const ada = await join(server.url, "lobby", "Ada");
    const page = await openAdmin(server);
    assert.match(page.url(), /\/admin\/#\/$/);
    await signIn(page, server, { password: "wrong" });
    await page.getByText("Invalid credentials").waitFor();
    await picture(page, "refused");
    await signIn(page, server);
    await connected(page);
    await page.getByText("Servers", { exact: true }).first().waitFor();
    await row(page, "/admin").getByText("1", { exact: true }).waitFor();
    await picture(page, "dashboard");

    await go(page, "Sockets");
    await row(page, ada.id).getByText("WebSocket").waitFor();
    const bob = await join(server.url, "lobby", "Bob", ["polling", "websocket"]);
    await row(page, bob.id).getByText("WebSocket").waitFor();  // it was upgraded
    await picture(page, "sockets");

    await go(page, "Rooms");
    await row(page, "lobby").getByText("2", { exact: true }).waitFor();
    await picture(page, "rooms");

    // One socket: a room more, and one less.
    await go(page, "Sockets");
    await row(page, bob.id).click();
    await page.getByText("Initial HTTP request").waitFor();
    await page.getByLabel("Join a room").fill("garden");
    await page.locator("main form button[type=submit]").click();
    await row(page, "garden").waitFor();
    await picture(page, "socket");
    await row(page, "garden").getByRole("button").click();  // which is taken for a click on the row, too: it opens the room
    await go(page, "Rooms");
    await row(page, "lobby").waitFor();
    await row(page, "garden").waitFor({ state: "detached" });

    await go(page, "Events");
    await page.locator("tbody tr", { hasText: "Event received" }).first().waitFor();
    await bob.timeout(10_000).emitWithAck("say", "lobby", "hello, page");
    const said = page.locator("tbody tr", { hasText: "said" }).first();
    await said.getByText(ada.id).waitFor();
    await said.getByRole("button").click();
    await page.getByText("hello, page").first().waitFor();
    await picture(page, "events");

    // A room without anybody in it is gone.
    await go(page, "Rooms");
    await row(page, "lobby").getByRole("button").first().click();
    await go(page, "Rooms");
    await page.getByText("No data available").waitFor();

    await go(page, "Sockets");
    const [gone, his] = [once(bob, "disconnect"), bob.id];
    await row(page, bob.id).getByRole("button").click();
    assert.equal((await within(10_000, "disconnect", gone))[0], "io server disconnect");
    await go(page, "Sockets");
    await row(page, ada.id).waitFor();
    await row(page, his).waitFor({ state: "detached" });
    assert.equal(ada.connected, true);

    // All of the connection, from the socket's own view.
    await row(page, ada.id).click();
    const cut = once(ada, "disconnect");
    await page.locator("tr", { hasText: "Status" }).first().getByRole("button").click();
    await within(10_000, "disconnect", cut);

    // The page comes back by its session: no password is asked for.
    await page.reload();
    await page.getByText("Servers", { exact: true }).first().waitFor();
    await page.locator("header").getByText("connected", { exact: false }).first().waitFor();
    assert.equal(await page.locator(".v-dialog--active").count(), 0);
    await done(page);
  });
});

test("production: counts and charts, nothing of single sockets", { timeout: 120_000 }, async () => {
  await withServer(["--admin-mode", "production"], async (server) => {
    const page = await openAdmin(server);
    await signIn(page, server);
    await connected(page);
    await Promise.all([join(server.url, "lobby", "Ada"), join(server.url, "lobby", "Bob", ["polling"])]);
    await row(page, "/admin").getByText("1", { exact: true }).waitFor();
    await row(page, /^\/ ?2$|^ *\/ +2 *$/).waitFor();
    await row(page, "HTTP long-polling").getByText("1", { exact: true }).waitFor();
    await picture(page, "production");
    assert.equal(await page.locator(".v-navigation-drawer").getByText("Sockets", { exact: true }).count(), 0);
    await go(page, "Servers");
    await row(page, "healthy").getByText(String(server.pid)).waitFor();
    await picture(page, "servers");
    await done(page);
  });
});

test("read-only: everything is seen, nothing can be done", { timeout: 120_000 }, async () => {
  await withServer(["--admin-read-only"], async (server) => {
    const ada = await join(server.url, "lobby", "Ada");
    const page = await openAdmin(server);
    await signIn(page, server);
    await connected(page);
    await go(page, "Sockets");
    await row(page, ada.id).waitFor();
    assert.equal(await row(page, ada.id).getByRole("button").count(), 0);
    await go(page, "Rooms");
    await row(page, "lobby").waitFor();
    assert.equal(await row(page, "lobby").getByRole("button").count(), 0);
    await picture(page, "read-only");
    await done(page);
  });
});

test("a server that restarts: the page comes back by itself, and forgets who was there", { timeout: 120_000 }, async () => {
  await withServer([], async (server) => {
    const before = await join(server.url, "lobby", "Ada");
    const page = await openAdmin(server);
    await signIn(page, server);
    await connected(page);
    await go(page, "Sockets");
    await row(page, before.id).waitFor();
    const gone = before.id;
    await server.kill();
    await page.locator("header").getByText("disconnected", { exact: false }).first().waitFor();
    const next = await start("duplex", ["serve", "--admin", "--admin-password-hash", HASH], { port: server.port });
    try {
      await page.locator("header .green--text, header .v-chip", { hasText: /^ *connected/i }).first().waitFor();
      const ada = await join(next.url, "lobby", "Ada");
      await row(page, ada.id).waitFor();
      await row(page, gone).waitFor({ state: "detached" });
      await done(page);
    } finally {
      await next.stop();
    }
  });
});

/** The longest time in ms for which the page could do nothing, since it was asked last. */
const longestStall = (page) => page.evaluate(() => {
  const was = window.stall ?? 0;
  window.stall = 0;
  if (!window.beats) {
    let last = performance.now();
    window.beats = setInterval(() => {
      const now = performance.now();
      window.stall = Math.max(window.stall, now - last - 20);
      last = now;
    }, 20);
  }
  return Math.round(was);
});

// Its list of events is left out: it draws all of it anew for each event, and that is the page's own.
for (const [mode, rate, views] of [["production", 500, ["Servers", "Dashboard"]], ["development", 2, ["Sockets", "Rooms", "Clients", "Dashboard"]]]) {
  test(`with 1,000 sockets that talk, the page answers: ${mode}`, { timeout: 120_000 }, async (t) => {
    await withServer(["--admin-mode", mode], async (server) => {
      const crowd = [];
      for (let i = 0; i < 1_000; i += 50)
        crowd.push(...(await Promise.all(Array.from({ length: 50 }, (_, k) => join(server.url, `room ${(i + k) % 20}`, `Person ${i + k}`)))));
      const page = await openAdmin(server);
      const began = Date.now();
      await longestStall(page);
      await signIn(page, server);
      await connected(page);
      await row(page, /\/admin *1/).waitFor();
      const shownAfter = Date.now() - began;
      const arriving = await longestStall(page);

      // What one says is sent to 49 others.
      let said = 0;
      const talk = setInterval(() => {
        for (let i = 0; i < Math.max(1, rate / 50); ++i, ++said) crowd[said % crowd.length].emit("say", `room ${said % 20}`, "hello");
      }, 1000 / Math.min(rate, 50));
      const took = {};
      for (const view of views) {
        const clicked = Date.now();
        await go(page, view);
        took[view] = Date.now() - clicked;
      }
      const talking = await longestStall(page);
      clearInterval(talk);
      t.diagnostic(`${mode}: shown after ${shownAfter} ms, stalls of ${arriving} ms on arrival and ${talking} ms while ${said} messages were said; views after ${JSON.stringify(took)} ms`);
      assert.ok(talking < 4_000, `the page stood still for ${talking} ms`);
      await row(page, /\/admin *1/).waitFor();
      assert.equal(crowd.filter((person) => !person.connected).length, 0);
      await done(page);
    });
  });
}
