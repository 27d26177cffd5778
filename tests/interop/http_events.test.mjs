// SPDX-License-Identifier: MIT
// Server-sent events to npm `eventsource`, the browser's EventSource for Node.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, afterEach, before, test } from "node:test";
import { EventSource } from "eventsource";
import { ChaosProxy } from "./support/chaos_proxy.mjs";
import { start, within } from "./support/server.mjs";

let server;
const sources = new Set();
before(async () => { server = await start("http_oracle", ["events"]); });
afterEach(() => { for (const source of sources) source.close(); sources.clear(); });
after(() => server?.stop());

/** An open EventSource, whose events of these names come as promises: [name, data, lastEventId]. */
async function listen(path = "/events", names = ["message"], url = server.url) {
  const source = new EventSource(url + path);
  sources.add(source);
  const events = [], waiting = [];
  for (const name of names) {
    source.addEventListener(name, (event) => {
      const seen = [name, event.data, event.lastEventId];
      if (waiting.length > 0) waiting.shift()(seen);
      else events.push(seen);
    });
  }
  await within(5_000, "open", new Promise((resolve, reject) => { source.onopen = resolve; source.onerror = (error) => reject(new Error(error.message)); }));
  source.onerror = () => {};
  return { source, events, next: () => (events.length > 0 ? Promise.resolve(events.shift()) : within(5_000, "an event", new Promise((resolve) => waiting.push(resolve)))) };
}
const send = (data, query = "") => fetch(`${server.url}/send?${query}`, { method: "POST", body: data });
const cut = () => fetch(`${server.url}/cut`, { method: "POST" });
/** A way to the server that can be barred. Each test has its own: fetch keeps idle connections open, where it has been before. */
async function way(t) {
  const proxy = await ChaosProxy.to(server.port);
  t.after(() => proxy.close());
  return proxy;
}
/** Cuts every stream; those that came through the proxy cannot come back before `meanwhile` has ended. */
async function away(proxy, meanwhile) {
  proxy.refusing = true;
  try {
    await cut();
    await meanwhile();
  } finally {
    proxy.refusing = false;
  }
}

test("an event arrives with its name, its data and an id", async () => {
  const peer = await listen("/events", ["message", "tick"]);
  await send("plain");
  await send('{"n":1}', "name=tick");
  const [first, second] = [await peer.next(), await peer.next()];
  assert.deepEqual(first.slice(0, 2), ["message", "plain"]);
  assert.deepEqual(second.slice(0, 2), ["tick", '{"n":1}']);
  assert.match(first[2], /^\d+-\d+$/);
  assert.equal(Number(second[2].split("-")[1]), Number(first[2].split("-")[1]) + 1);
});

test("data of many lines, beyond ASCII, empty, or made to look like fields arrives as it was", async () => {
  const peer = await listen();
  for (const data of ["a\nb\n\nc", "\u20ac\u{1f600}", "", "id: 7\nevent: forged\ndata: x", "x".repeat(100_000)]) {
    await send(data);
    assert.equal((await peer.next())[1], data);
  }
  await send("cr\rlf\r\nend");
  assert.equal((await peer.next())[1], "cr\nlf\nend");
});

test("a client that was cut off comes back after the retry that it was told, and gets what it missed, once and in order", async (t) => {
  const proxy = await way(t);
  const peer = await listen("/events", ["message"], proxy.url);
  await send("before", "retry=100");
  assert.equal((await peer.next())[1], "before");
  await away(proxy, async () => {
    for (let i = 0; i < 10; ++i) await send(`missed ${i}`);
  });
  for (let i = 0; i < 10; ++i) assert.equal((await peer.next())[1], `missed ${i}`);
  await send("after");
  assert.equal((await peer.next())[1], "after");
  assert.equal(peer.events.length, 0);
});

test("a client that missed more than is kept gets what is kept, and is told of the gap", async (t) => {
  const proxy = await way(t);
  const peer = await listen("/events", ["message", "gap"], proxy.url);
  await send("before", "retry=100");
  await peer.next();
  await away(proxy, async () => {
    for (let i = 0; i < 60; ++i) await send(`${i}`);
  });
  for (let i = 10; i < 60; ++i) assert.equal((await peer.next())[1], `${i}`);
  assert.equal((await peer.next())[0], "gap");
});

test("every client gets every event", async () => {
  const peers = await Promise.all(Array.from({ length: 20 }, () => listen()));
  for (let i = 0; i < 20; ++i) await send(`${i}`);
  for (const peer of peers) for (let i = 0; i < 20; ++i) assert.equal((await peer.next())[1], `${i}`);
});

test("204 tells a client to stay away", async () => {
  const source = new EventSource(server.url + "/gone");
  sources.add(source);
  await within(5_000, "the error", new Promise((resolve) => { source.onerror = resolve; }));
  assert.equal(source.readyState, EventSource.CLOSED);
});

test("comments keep a silent stream alive, and the head says what it is", async () => {
  const request = http.get(`${server.url}/events`, { agent: false, headers: { Accept: "text/event-stream" } });
  const [response] = await once(request, "response");
  assert.equal(response.headers["content-type"], "text/event-stream");
  assert.equal(response.headers["cache-control"], "no-cache");
  assert.equal(response.headers["content-length"], undefined);
  let text = "";
  for await (const chunk of response) {
    text += chunk;
    if (text === ":\n\n:\n\n") break;
    assert.ok(text.length < 6, text);
  }
  request.destroy();
});
