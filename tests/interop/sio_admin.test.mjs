// SPDX-License-Identifier: MIT
// The admin namespace, on Duplex and on npm `socket.io` with `@socket.io/admin-ui`: the same story happens on both, and a page
// is told the same of it, in the same shapes.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { io } from "socket.io-client";
import { HASH, PASSWORD, openAdmin, startNode } from "./support/admin.mjs";
import { program, start, within } from "./support/server.mjs";
import { run } from "./support/run.mjs";

const auth = { username: "admin", password: PASSWORD };

const startDuplex = ({ mode, hash, readonly }) =>
  start("duplex-conformance", ["--suite", "driver", "--admin-mode", mode, ...(hash ? ["--admin-hash", hash] : []), ...(readonly ? ["--admin-read-only"] : [])]);

async function onServer(startIt, options, story) {
  const server = await startIt(options);
  try {
    return await story(server.url);
  } finally {
    await server.stop();
  }
}

/** A client in /driver that was greeted. */
async function client(url, options) {
  const socket = io(`${url}/driver`, { forceNew: true, reconnection: false, ...options });
  const greeted = once(socket, "hello");
  await within(10_000, "connect", once(socket, "connect"));
  await within(10_000, "hello", greeted);
  return socket;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** With ids replaced by the names of their sockets, times by "time", and what a recovering server adds left out. */
function named(value, names) {
  if (typeof value === "string") return ISO.test(value) ? "time" : names[value] ?? value;
  if (Buffer.isBuffer(value)) return `bytes ${value.toString("hex")}`;
  if (Array.isArray(value)) return value.map((each) => named(each, names));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, named(each, names)]));
  return value;
}

/** What the page shows of a socket; what differs from run to run by its type. */
function shown(socket, names) {
  const { clientId, handshake: { headers, address, issued, time, url, query, ...handshake }, ...rest } = socket;
  assert.equal(typeof clientId, "string");
  assert.equal(clientId.length, 12);
  assert.match(url, /^\/socket\.io\/\?EIO=4&transport=/);
  assert.match(time, /^\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000/);
  assert.ok(Math.abs(issued - Date.now()) < 60_000);
  return { ...named(rest, names), handshake: { ...handshake, address: address.replace("::ffff:", ""), headers: Object.keys(headers).sort(), query: Object.keys(query).sort() } };
}

/** In development: everything that the page is told, in order. */
async function everything(url) {
  const told = [];
  const ada = await client(url, { transports: ["websocket"] });
  const page = await openAdmin(url, auth);
  const names = { [ada.id]: "ada", [page.socket.id]: "page" };
  const [session] = await page.next("session");
  assert.equal(typeof session, "string");
  told.push(["config", ...(await page.next("config"))]);
  const [all] = await page.next("all_sockets");
  told.push(all.map((socket) => shown(socket, names)).sort((a, b) => (a.id < b.id ? -1 : 1)));

  const tell = async (name, fits) => told.push([name, ...named(await page.next(name, fits), names)]);
  const isBobs = (bob) => (nsp, a, b) => nsp === "/driver" && (a === bob || b === bob);

  const bob = await client(url, { transports: ["polling", "websocket"] });
  names[bob.id] = "bob";
  const his = isBobs(bob.id);
  await tell("room_joined", his);
  const [connected, at] = await page.next("socket_connected", ({ id }) => id === bob.id);
  told.push(["socket_connected", shown(connected, names), named(at, names)]);
  const [upgraded] = await page.next("socket_updated", ({ id, transport }) => id === bob.id && transport);
  told.push(["socket_updated", named(upgraded, names)]);
  await tell("event_sent", his);  // hello

  const call = (...event) => bob.timeout(10_000).emitWithAck(...event);
  await call("join", ["red", "green"]);
  await tell("event_received", his);
  await tell("room_joined", his);
  await tell("room_joined", his);
  await call("setData", { name: "Bob", tags: [1, 2] });
  await tell("event_received", his);
  // Node tells each field that is set; what counts is what is known in the end.
  const [updated] = await page.next("socket_updated", ({ id, data }) => id === bob.id && data?.tags);
  told.push(["socket_updated", named(updated, names)]);
  await call("emit", { to: "red" }, "said", "é", { bytes: Buffer.from([1, 2, 3]) }, [null, true, 1.5]);
  await tell("event_received", his);
  await tell("event_sent", his);
  bob.emit("nobody hears this");
  await tell("event_received", his);
  await call("leave", "red");
  await tell("event_received", his);
  await tell("room_left", his);

  // What the page asks for, of one socket, of a room, of all.
  page.emit("join", "/driver", "blue", bob.id);
  await tell("room_joined", his);
  page.emit("join", "/driver", "all");
  await tell("room_joined", his);
  await tell("room_joined", isBobs(ada.id));
  const heard = async (who, name) => told.push([names[who.id], named((await within(10_000, name, once(who, name))).slice(0, 2), names)]);
  await Promise.all([(page.emit("emit", "/driver", "blue", "to the room", { x: 1 }, "last"), heard(bob, "to the room"))]);
  await tell("event_sent", his);
  await Promise.all([heard(ada, "to all"), (page.emit("emit", "/driver", undefined, "to all", 1, "last"))]);
  await tell("event_sent", isBobs(ada.id));
  await tell("event_sent", his);
  page.emit("leave", "/driver", "all", "blue");
  await tell("room_left", his);
  page.emit("leave", "/driver", "all", null);
  await tell("room_left", isBobs(ada.id));
  const gone = once(bob, "disconnect");
  page.emit("_disconnect", "/driver", false, bob.id);
  await tell("socket_disconnected", his);
  for (let i = 0; i < 3; ++i) await tell("room_left", his);  // green, blue, its own
  told.push((await gone)[0]);
  const hers = isBobs(ada.id);
  ada.disconnect();
  await tell("socket_disconnected", hers);
  await tell("room_left", hers);

  // Another page sees what is there, this one among it, and the first is told of it.
  const other = await openAdmin(url, { sessionId: session }, { transports: ["websocket"] });
  const [[...pages]] = await other.next("all_sockets");
  told.push(pages.map(({ nsp, transport }) => [nsp, transport]).sort());
  const [second] = await page.next("socket_connected", ({ id }) => id === other.socket.id);
  told.push(second.nsp);
  assert.equal(other.events.some(([name]) => name === "session"), false, "who comes with a session gets no other");
  other.close();
  page.close();
  bob.disconnect();
  return told;
}

test("development: a page is told the same as by Node's server", { timeout: 60_000 }, async () => {
  const options = { mode: "development", hash: HASH };
  const theirs = await onServer(startNode, options, everything);
  const ours = await onServer(startDuplex, options, everything);
  assert.deepEqual(ours, theirs);
});

/** The types of a value's parts: {a: "number", b: [{…}]}. */
function shape(value) {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).sort().map(([key, each]) => [key, shape(each)]));
  return typeof value;
}

/** In production: counts alone. */
async function counts(url) {
  const page = await openAdmin(url, auth, { transports: ["polling"] });
  const [config] = await page.next("config");
  await page.next("server_stats");  // what is counted from here on is counted whole
  const ada = await client(url, { transports: ["websocket"] });
  for (let i = 0; i < 20; ++i) await ada.timeout(10_000).emitWithAck("join", "x".repeat(100));
  const sums = {};
  let stats;
  const add = (next) => {
    stats = next;
    for (const { type, subType, count } of stats.aggregatedEvents) sums[subType ? `${type}: ${subType}` : type] = (sums[subType ? `${type}: ${subType}` : type] ?? 0) + count;
  };
  do add((await page.next("server_stats"))[0]); while (!(sums.packetsIn >= 20));
  const during = { shape: { ...shape(stats), aggregatedEvents: undefined }, clients: stats.clientsCount, polling: stats.pollingClientsCount,
    namespaces: stats.namespaces.map(({ name, socketsCount }) => `${name} ${socketsCount}`).sort() };
  ada.disconnect();
  do add((await page.next("server_stats"))[0]); while (stats.clientsCount !== 1);
  const kinds = page.events.map(([name]) => name).filter((name) => name !== "server_stats" && name !== "session");
  page.close();
  // How large a packet is and what else is a packet is each server's own: an answer to a poll, a ping.
  assert.ok(sums.bytesIn >= 20 * 100 && sums.bytesIn < 20 * 200, `bytes in: ${sums.bytesIn}`);
  assert.ok(sums.packetsIn >= 20 && sums.packetsIn < 30, `packets in: ${sums.packetsIn}`);
  assert.ok(sums.packetsOut >= 20 && sums.packetsOut < 50, `packets out: ${sums.packetsOut}`);
  assert.ok(sums.bytesOut > 20 * 10, `bytes out: ${sums.bytesOut}`);
  return { config, kinds, during, types: Object.keys(sums).sort(), connections: sums.rawConnection, ended: sums["rawDisconnection: transport close"] };
}

test("production: counts alone, of the same kinds as Node's", { timeout: 60_000 }, async () => {
  const options = { mode: "production", hash: HASH };
  const [theirs, ours] = await Promise.all([onServer(startNode, options, counts), onServer(startDuplex, options, counts)]);
  assert.deepEqual(ours, theirs);
});

/** Who is let in, and what those hear who are not. */
async function logins(url) {
  const outcomes = [];
  const first = await openAdmin(url, auth);
  const [session] = await first.next("session");
  first.close();
  for (const credentials of [auth, { sessionId: session }, { sessionId: session, username: "x", password: "y" }, { sessionId: "unknown", ...auth },
    {}, undefined, { sessionId: "unknown" }, { sessionId: "" }, { password: PASSWORD }, { username: "admin", password: "" },
    { username: "admin", password: "wrong" }, { username: "root", password: PASSWORD }, { username: "ADMIN", password: PASSWORD },
    { username: "admin", password: `${PASSWORD} ` }, { username: "admin", password: PASSWORD.slice(0, -1) }, { username: "admin", password: "é".repeat(400) }]) {
    try {
      const page = await openAdmin(url, credentials);
      await page.next("config");
      outcomes.push(page.events.some(([name]) => name === "session") ? "in, with a session" : "in");
      page.close();
    } catch (error) {
      outcomes.push(error.message);
    }
  }
  return outcomes;
}

test("who is let in, by password or by session, as by Node's server", { timeout: 60_000 }, async () => {
  const options = { mode: "production", hash: HASH };
  const [theirs, ours] = [await onServer(startNode, options, logins), await onServer(startDuplex, options, logins)];
  assert.deepEqual(ours, theirs);
});

// Node's server ends on some of these.
test("credentials of the wrong type are refused", async () => {
  await onServer(startDuplex, { mode: "production", hash: HASH }, async (url) => {
    for (const credentials of [{ username: "admin" }, { username: 1, password: 2 }, { username: "admin", password: { length: 3 } }, { sessionId: ["x"] }, { username: "admin", password: `${PASSWORD}\0` }])
      await assert.rejects(openAdmin(url, credentials), { message: "invalid credentials" });
  });
});

test("without a password everybody is let in, and gets no session", async () => {
  await onServer(startDuplex, { mode: "production" }, async (url) => {
    const page = await openAdmin(url, undefined);
    await page.next("config");
    assert.deepEqual(page.events.filter(([name]) => name === "session"), []);
    page.close();
  });
});

for (const mode of ["development", "production"]) {
  test(`read-only, in ${mode}: the page is told so, and what it asks for all the same is not done`, async () => {
    const features = async (url) => {
      const [page, watcher, ada] = [await openAdmin(url, auth), await openAdmin(url, auth), await client(url, { transports: ["websocket"] })];
      const heard = [];
      ada.onAny((name) => heard.push(name));
      const [config] = await page.next("config");
      page.emit("emit", "/driver", undefined, "forbidden", 1);
      page.emit("join", "/driver", "forbidden");
      page.emit("_disconnect", "/driver", false);
      page.close();
      // When the server knows that the page has gone, it has read all that came before.
      await watcher.next("server_stats", ({ namespaces }) => namespaces.some(({ name, socketsCount }) => name === "/admin" && socketsCount === 1));
      await ada.timeout(10_000).emitWithAck("rooms");
      const rooms = await ada.timeout(10_000).emitWithAck("rooms");
      assert.deepEqual([heard, rooms.length, ada.connected], [[], 1, true]);
      watcher.close();
      ada.disconnect();
      return config;
    };
    const options = { mode, hash: HASH, readonly: true };
    const [ours, theirs] = await Promise.all([onServer(startDuplex, options, features), onServer(startNode, options, features)]);
    assert.deepEqual(ours, theirs);
  });
}

test("what a page asks for in a way that makes no sense is not done, and it stays", async () => {
  await onServer(startDuplex, { mode: "development", hash: HASH }, async (url) => {
    const page = await openAdmin(url, auth);
    await page.next("all_sockets");
    for (const event of [["emit"], ["emit", 1, 2, 3], ["emit", "/driver", {}, "x"], ["emit", "/nowhere", "", "x"], ["join", "/driver"], ["join", "/driver", null, null],
      ["leave", [], "x"], ["_disconnect"], ["_disconnect", "/driver", "yes"], ["emit", "/driver", null, "connect"], ["emit", "/driver", null, ""], ["unknown"]]) page.emit(...event);
    const ada = await client(url, { transports: ["websocket"] });
    await page.next("socket_connected", ({ id }) => id === ada.id);
    page.emit("join", "/driver", "\u0000 \ud83d\ude00", ada.id);
    const [, room] = await page.next("room_joined", (nsp, room, id) => id === ada.id && room !== id);
    assert.equal(room, "\u0000 \ud83d\ude00");
    page.close();
    ada.disconnect();
  });
});

test("without a password it is served to this machine alone", async () => {
  const { code, stdout, stderr } = await run(program("duplex"), ["serve", "--admin", "--host", "0.0.0.0", "--port", "0"]);
  assert.equal(code, 2);
  assert.match(stdout + stderr, /the admin UI has no password, and others can reach 0\.0\.0\.0:0: give it a password hash \(`duplex hash-password` makes one\), or listen on 127\.0\.0\.1/);
  for (const hash of ["secret", HASH.slice(0, -1), HASH.replace("$04$", "$31$"), HASH.replace("$2b", "$1$"), `${HASH} `])
    assert.equal((await run(program("duplex"), ["config", "check", "--admin", "--admin-password-hash", hash])).code, 2, hash);
  assert.equal((await run(program("duplex"), ["config", "check", "--admin", "--host", "0.0.0.0", "--admin-password-hash", HASH])).code, 0);
  for (const host of ["127.0.0.1", "localhost"])
    assert.equal((await run(program("duplex"), ["config", "check", "--admin", "--host", host])).code, 0, host);
});

test("`duplex hash-password` makes hashes that it takes itself, each another one", async () => {
  const hash = async (input, ...args) => run(program("duplex"), ["hash-password", "--cost", "4", ...args], { input });
  const [a, b] = [(await hash("s3cret\n")).stdout.trim(), (await hash("s3cret")).stdout.trim()];
  assert.match(a, /^\$2b\$04\$.{53}$/);
  assert.notEqual(a, b);
  await onServer(startDuplex, { mode: "production", hash: a }, async (url) => (await openAdmin(url, { username: "admin", password: "s3cret" })).close());
  for (const bad of ["", "x".repeat(73)]) {
    const { code, stderr, stdout } = await hash(bad);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^duplex: the password .*\n$/);
  }
});
