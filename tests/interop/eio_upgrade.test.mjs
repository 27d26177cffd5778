// SPDX-License-Identifier: MIT
// Upgrades from polling to WebSocket with the unmodified clients, through a proxy that delays every piece of every
// connection by a random time, while messages go both ways: none is lost, doubled or out of order.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Socket } from "engine.io-client";
import { ChaosProxy } from "./support/chaos_proxy.mjs";
import { drive } from "./support/driver.mjs";
import { random, seed, upTo } from "./support/random.mjs";
import { start, within } from "./support/server.mjs";

const LONGEST_DELAY = 12;  // ms, each way, for each piece
const DEADLINE = 20_000;

let server, driver;
before(async () => {
  server = await start("duplex-conformance", ["--suite", "engine.io-client"]);
  driver = await start("duplex-conformance", ["--suite", "driver"]);
});
after(() => Promise.all([server?.stop(), driver?.stop()]));

async function slowProxy(to) {
  const proxy = await ChaosProxy.to(to.port);
  // Most pieces pass at once, so that the polls and the WebSocket overtake each other in many ways.
  proxy.jitter = () => (random() < 0.5 ? 0 : upTo(LONGEST_DELAY));
  return proxy;
}

/** Runs `count` of them, so many at a time, until one fails. */
async function crowd(count, atOnce, one) {
  let next = 0;
  const worker = async () => { while (next < count) await one(next++); };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, () => worker().catch((error) => { next = count; throw error; })));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** One client: sends at random moments before, in and after its upgrade, and hears an echo of each. */
async function upgradeOnce(url, number) {
  const socket = new Socket(url, { path: "/engine.io/", transports: ["polling", "websocket"] });
  socket.binaryType = "arraybuffer";
  const sent = [], heard = [];
  let wanted = Infinity, done, gone;
  const heardAll = new Promise((resolve) => (done = resolve));
  const failed = new Promise((_, reject) => (gone = reject));
  const upgraded = new Promise((resolve) => socket.once("upgrade", resolve));
  socket.on("close", (reason, details) => gone(new Error(`client ${number} was closed: ${reason} ${details?.description ?? ""} ${details?.context?.responseText ?? ""}`)));
  socket.on("message", (data) => {
    heard.push(typeof data === "string" ? data : `bytes ${new Uint8Array(data)}`);
    if (heard.length >= wanted) done();
  });
  const say = () => {
    const text = upTo(5) === 0 ? "give binary" : `${number}.${sent.length}`;
    sent.push(text === "give binary" ? "bytes 0,1,2,3,4" : text);
    socket.send(text);
  };
  await Promise.race([new Promise((resolve) => socket.once("open", resolve)), failed]);
  let switched = false;
  upgraded.then(() => (switched = true));
  const talk = async () => {
    for (let more = 2 + upTo(2); more > 0; more -= switched ? 1 : 0) {
      for (let burst = upTo(3); burst > 0; --burst) say();
      await sleep(upTo(LONGEST_DELAY));
    }
    wanted = sent.length + 1;  // and the greeting
    if (heard.length >= wanted) done();
    await heardAll;
  };
  await within(DEADLINE, `client ${number} and its ${sent.length} messages (${heard.length} came)`, Promise.race([talk(), failed]));
  assert.equal(socket.transport.name, "websocket");
  assert.deepEqual(heard, ["hi", ...sent]);
  failed.catch(() => {});
  socket.close();
  return sent.length;
}

test("E11: a thousand upgrades under random delays, with messages both ways", async (t) => {
  t.diagnostic(`DUPLEX_TEST_SEED=${seed}`);
  const proxy = await slowProxy(server);
  let messages = 0;
  try {
    await crowd(1000, 40, async (number) => {
      const sent = await upgradeOnce(proxy.url, number);
      messages += sent;
    });
  } finally {
    await proxy.close();
  }
  t.diagnostic(`${messages} messages each way`);
  assert.ok(messages > 5000);
});

test("E11: broadcasts reach clients that upgrade meanwhile, every one of them once and in order", async (t) => {
  t.diagnostic(`DUPLEX_TEST_SEED=${seed}`);
  const proxy = await slowProxy(driver);
  const teller = await drive(driver.url, { transports: ["websocket"] });
  let told = 0, tells = true;
  const telling = (async () => {
    while (tells) {
      await teller.call("emit", { to: "crowd" }, "told", ++told);
      await sleep(upTo(8));
    }
  })();
  try {
    await crowd(100, 10, async (number) => {
      const client = await drive(proxy.url, { transports: ["polling", "websocket"] });
      await client.call("join", "crowd");
      await client.upgraded();
      for (let broadcasts = 0; broadcasts < 3; ++broadcasts) await client.next();
      await client.call("leave", "crowd");
      assert.equal(client.hellos.length, 1, `client ${number} had to connect again`);
      const numbers = client.all.map(([, n]) => n);
      assert.deepEqual(numbers, numbers.map((_, i) => numbers[0] + i), `client ${number}`);
      client.close();
    });
  } finally {
    tells = false;
    await telling;
    teller.close();
    await proxy.close();
  }
});
