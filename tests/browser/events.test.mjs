// SPDX-License-Identifier: MIT
// Server-sent events to a browser's own EventSource, and through a proxy that breaks connections.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { ChaosProxy } from "../interop/support/chaos_proxy.mjs";
import { start, within } from "../interop/support/server.mjs";
import { launch, openPage } from "./support/browser.mjs";

let browser, server, proxy;
before(async () => {
  [browser, server] = await Promise.all([launch(), start("http_oracle", ["events"])]);
  proxy = await ChaosProxy.to(server.port);
});
after(async () => {
  await browser?.close();
  await proxy?.close();
  await server?.stop();
});

const pages = new Set();
afterEach(async () => {
  await post("/retire?undo=1");
  await post("/release");
  for (const page of pages) {
    pages.delete(page);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  }
});

const post = (path, body) => fetch(server.url + path, { method: "POST", body });
const send = (data, query = "") => post(`/send?${query}`, data);
const streams = async () => (await fetch(`${server.url}/streams`)).json();

/** A page with an open EventSource, which comes through `by`. In the page, `seen` lists what happened, as [what, …]. */
async function listen({ by = proxy.url, path = "/events" } = {}) {
  const page = await openPage(browser, `${by}/page`);
  pages.add(page);
  await page.evaluate((path) => {
    window.seen = [];
    window.source = new EventSource(path);
    const note = (...what) => seen.push([...what, performance.now()]);
    source.onopen = () => note("open");
    source.onerror = () => note("error", source.readyState);
    for (const name of ["message", "tick", "gap"])
      source.addEventListener(name, (event) => note(name, event.data.slice(0, 200), event.lastEventId, event.data.length));
  }, path);
  page.until = (count, what) => page.waitForFunction(([count, what]) => seen.filter(([each]) => each === what).length >= count, [count, what]);
  page.seen = (...what) => page.evaluate((what) => seen.filter(([each]) => what.includes(each)), what);
  page.data = async () => (await page.seen("message")).map(([, data]) => data);
  await page.until(1, "open");
  return page;
}

/** Breaks the page's connection by `cut`; it cannot come back before `meanwhile` has ended. */
async function away(page, cut, meanwhile) {
  proxy.refusing = true;
  try {
    await cut();
    await page.until(1, "error");
    await meanwhile();
  } finally {
    proxy.refusing = false;
  }
}

const numberOf = (id) => Number(/^\d+-(\d+)$/.exec(id)[1]);

test("events arrive with their names, data and ids", async () => {
  const page = await listen();
  assert.equal(await page.evaluate(() => source.readyState), 1);
  await send("plain");
  await send('{"n":1}', "name=tick");
  await send("a\nb\n\nc");
  await send("id: 7\nevent: forged\ndata: x €😀");
  await send("");  // an event without data is one: its data is the empty string
  await page.until(4, "message");
  const events = await page.seen("message", "tick");
  assert.deepEqual(events.map(([name, data]) => [name, data]), [
    ["message", "plain"], ["tick", '{"n":1}'], ["message", "a\nb\n\nc"], ["message", "id: 7\nevent: forged\ndata: x €😀"], ["message", ""]]);
  const first = numberOf(events[0][2]);
  assert.deepEqual(events.map(([, , id]) => numberOf(id)), [0, 1, 2, 3, 4].map((i) => first + i));
  assert.deepEqual(await page.seen("error"), []);
});

for (const [name, cut] of [
  ["ended by the server", () => post("/cut")],
  ["cut on its way", () => proxy.cut()],
  ["reset on its way", () => proxy.reset()],
]) {
  test(`a connection that is ${name}: the page comes back and has what it missed, once and in order`, async () => {
    const page = await listen();
    await send("before", "retry=100");
    await page.until(1, "message");
    await away(page, cut, async () => {
      for (let i = 0; i < 10; ++i) await send(`missed ${i}`);
    });
    await page.until(11, "message");
    await send("after");
    await page.until(12, "message");
    assert.deepEqual(await page.data(), ["before", ...Array.from({ length: 10 }, (_, i) => `missed ${i}`), "after"]);
    assert.deepEqual(await page.seen("gap"), []);
  });
}

test("a page that missed more than is kept gets what is kept, and is told of the gap", async () => {
  const page = await listen();
  await send("before", "retry=100");
  await page.until(1, "message");
  await away(page, () => post("/cut"), async () => {
    for (let i = 0; i < 60; ++i) await send(`${i}`);
  });
  await page.until(1, "gap");
  assert.deepEqual(await page.data(), ["before", ...Array.from({ length: 50 }, (_, i) => `${i + 10}`)]);
});

test("the page waits for as long as it was told before it connects anew", async () => {
  const page = await listen();
  await send("wait", "retry=4500");  // longer than Chromium's own 3 s
  await page.until(1, "message");
  await post("/cut");
  await page.until(2, "open");
  const [, , failed] = (await page.seen("error"))[0];
  const [, opened] = (await page.seen("open"))[1];
  assert.ok(opened - failed >= 4400, `${opened - failed} ms`);
});

test("204 ends it: the page does not come back", async () => {
  const page = await listen();
  await send("x", "retry=100");
  await page.until(1, "message");
  await post("/retire");
  await post("/cut");
  await page.waitForFunction(() => source.readyState === EventSource.CLOSED);
  const states = (await page.seen("error")).map(([, state]) => state);
  assert.deepEqual(states, [0, 2]);  // connecting, closed
});

test("heartbeats keep a silent stream open, and the page does not see them", async () => {
  const page = await listen();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  let beats = 0;
  const beaten = new Promise((resolve) => network.on("Network.dataReceived", ({ dataLength }) => { if (dataLength === 3 && ++beats === 5) resolve(); }));
  await within(10_000, "five heartbeats", beaten);
  assert.deepEqual((await page.seen("open", "error", "message", "tick", "gap")).map(([what]) => what), ["open"]);
});

/** The page's thread waits for an answer, and so reads no events, until `release` is called. */
async function blocked(page) {
  const asked = page.waitForRequest("**/hold");
  const waiting = page.evaluate(() => {
    const request = new XMLHttpRequest();
    request.open("GET", "/hold", false);
    request.send();
  });
  await asked;
  return async () => { await post("/release"); await waiting; };
}

test("a page that reads too slowly is let go, comes back, and is told of the gap; another one gets everything", async () => {
  const page = await listen({ by: server.url });
  const healthy = await listen({ by: server.url });
  await send("first", "retry=100");
  await page.until(1, "message");
  const before = await streams();
  const release = await blocked(page);
  let sent = 0;
  while (await streams() >= before) {  // what the kernel and Chromium take by themselves, and then 1 MiB
    assert.ok(++sent <= 1000, "64 MB were sent, and nobody was too slow");
    await send(`${sent} ${"x".repeat(64 * 1024)}`);
    await healthy.until(sent + 1, "message");
  }
  assert.deepEqual(await healthy.seen("error", "gap"), []);
  await release();
  await page.until(1, "gap");
  const got = (await page.data()).slice(1).map((data) => Number(data.split(" ")[0]));
  assert.equal(got.at(-1), sent);
  assert.deepEqual(got, [...new Set(got)].sort((a, b) => a - b));
  assert.ok(got.length < sent, `${got.length} of ${sent}`);
});

test("where the oldest events give way, a slow page stays connected and has the newest in the end", async () => {
  const page = await listen({ by: server.url, path: "/events?overflow=drop_oldest" });
  const release = await blocked(page);
  for (let i = 1; i <= 400; ++i) await send(`${i} ${"x".repeat(64 * 1024)}`);
  await release();
  await page.waitForFunction(() => seen.some(([what, data]) => what === "message" && data.startsWith("400 ")));
  const got = (await page.data()).map((data) => Number(data.split(" ")[0]));
  assert.deepEqual(got, [...new Set(got)].sort((a, b) => a - b));
  assert.ok(got.length < 400, `all ${got.length} arrived: nothing was slow`);
  assert.deepEqual(await page.seen("error"), []);
});
