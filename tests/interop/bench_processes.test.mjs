// SPDX-License-Identifier: MIT
// `duplex bench --processes N`: several generators that play as one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { echoEvent, failed, measured, withRoom, withSocketIo, withWs } from "./support/bench.mjs";
import { program, start, within } from "./support/server.mjs";

const window = ["--messages", "0", "--duration", "0.5", "--connections", "30", "--processes", "3"];

/** An echo of npm's `ws`, which calls `came(socket)` for each connection. */
const withEcho = (came, play) => withWs((socket) => {
  came(socket);
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
}, play);

test("several processes measure as one: counts, histogram and rates are of all, and each one's CPU is told", async () => {
  const server = await start("duplex-conformance", ["--suite", "bench"]);
  try {
    for (const [url, ...more] of [[server.ws("/")], [`${server.url}/`, "--transport", "polling"], [`${server.url}/`, "--transport", "upgrade", "--in-flight", "16"]]) {
      const found = await measured(url, ...window, "--server-pid", String(server.pid), ...more);
      const { processes } = found.generator;
      assert.deepEqual(processes.map((one) => one.connections), [10, 10, 10]);
      assert.ok(processes.every((one) => one.messages > 0 && one.cpu_ns > 0), JSON.stringify(processes));
      assert.equal(processes.reduce((sum, one) => sum + one.messages, 0), found.messages);
      assert.equal(processes.reduce((sum, one) => sum + one.cpu_ns, 0), found.generator.cpu_ns);
      assert.equal(found.latency_ns.count, found.messages);
      assert.equal(found.opened, 30);
      assert.ok(found.seconds >= 0.5 && found.seconds < 1, String(found.seconds));
      assert.ok(found.server.cpu_ns_per_message > 0 && found.server.memory_after > found.server.memory_before);
    }
  } finally {
    await server.stop();
  }
});

test("the rate is shared, and what does not divide evenly, too", async () => {
  let came = 0;
  await withEcho(() => ++came, async (url) => {
    const found = await measured(url, ...window, "--connections", "31", "--rate", "2000", "--duration", "1");
    assert.equal(came, 31);
    assert.deepEqual(found.generator.processes.map((one) => one.connections), [11, 10, 10]);
    assert.ok(Math.abs(found.per_second - 2000) < 500, String(found.per_second));
  });
});

test("all connections are open before any has load, and none closes before all have their figures", async () => {
  let open = 0, most = 0, early = 0, left = 0;
  await withEcho((socket) => {
    most = Math.max(most, ++open);
    socket.once("message", () => (early += open < 30));
    socket.on("message", () => (left += open < 30));
    socket.on("close", () => --open);
  }, async (url) => {
    await measured(url, ...window);
    assert.equal(most, 30);
    assert.equal(early, 0);
    assert.equal(left, 0);
    const idle = await measured(url, ...window, "--mode", "idle", "--hold", "0.3");
    assert.equal(idle.still_open, 30);
  });
});

test("handshakes of all are counted", async () => {
  await withSocketIo({}, echoEvent, async (url) => {
    const found = await measured(url, ...window, "--mode", "handshake");
    assert.ok(found.messages >= 30, String(found.messages));
    assert.equal(found.latency_ns.count, found.messages);
  });
});

test("a broadcast is one over all of them: each round waits for everyone's readers, and every delivery is counted", async () => {
  const server = await start("duplex-conformance", ["--suite", "bench", "--mode", "broadcast"]);
  try {
    for (const [url, ...more] of [[server.ws("/")], [server.ws("/"), "--publishers", "4", "--publishes", "3"], [`${server.url}/`, "--publishers", "30"],
      [`${server.url}/`, "--publishers", "4", "--transport", "polling"]]) {
      const found = await measured(url, ...window, "--mode", "broadcast", ...more);
      assert.ok(found.messages >= 300, String(found.messages));
      assert.equal(found.latency_ns.count, found.messages);
      // Everyone gets everything: all have about as many deliveries, but for some turns at the edges of their windows.
      const [least, , most] = found.generator.processes.map((one) => one.messages).sort((a, b) => a - b);
      assert.ok(least >= most * 0.8 - 900, `${least} to ${most}`);
    }
    const found = await measured(server.ws("/"), ...window, "--mode", "broadcast", "--publishers", "4", "--rate", "200", "--duration", "1");
    assert.ok(Math.abs(found.per_second - 200 * 30) < 1000, String(found.per_second));
  } finally {
    await server.stop();
  }
});

test("a delivery that one reader misses is missed", async () => {
  let n = 0;
  await withRoom((client, data) => ++n !== 1000 && client.send(data, { binary: false }),
    (url) => failed(/nothing came for 2\.0 s; 1 messages are outstanding|other bytes than were sent/, url, ...window, "--mode", "broadcast", "--duration", "10"));
});

test("what one of them finds wrong ends the run, told in one line", async () => {
  let n = 0;
  const server = (socket) => socket.on("m", (text) => socket.emit("m", ++n === 100 ? `${text}!` : text));
  await withSocketIo({}, server, (url) => failed(/a message of another length than was sent came back/, url, ...window));
  await failed(/cannot connect to 127\.0\.0\.1:1: Connection refused/, "ws://127.0.0.1:1/", ...window);
});

/** A run of ten seconds, once its generators are under way: its process and theirs. */
async function running(url, ...more) {
  const child = spawn(program("duplex"), ["bench", url, "--processes", "3", "--connections", "6", "--duration", "10", "--json", "--announce", ...more]);
  child.out = child.err = "";
  child.stdout.on("data", (data) => (child.out += data));
  child.closed = once(child, "close");
  await within(5000, "the connections", new Promise((resolve) => child.stderr.on("data", (data) => { child.err += data; if (/are open/.test(child.err)) resolve(); })));
  const generators = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "ascii").trim().split(" ").map(Number);
  assert.equal(generators.length, 3);
  return { child, generators };
}

/** Not there, or dead and only not yet collected by whoever inherited it. */
const gone = (pid) => !existsSync(`/proc/${pid}/stat`) || /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "ascii"));

test("one that dies ends the run, told in one line", async () => {
  await withEcho(() => {}, async (url) => {
    const { child, generators } = await running(url);
    process.kill(generators[1], "SIGKILL");
    await within(5000, "its end", child.closed);
    assert.equal(child.exitCode, 1);
    assert.match(child.err, /^duplex: generator process 2 of 3 was ended by a signal: Killed$/m);
    assert.ok(generators.every(gone));
  });
});

test("SIGINT ends all of them, and what they have measured is told", async () => {
  let told, busy = 0;
  const measuring = new Promise((resolve) => (told = resolve));
  const came = (socket) => {
    let messages = 0;
    socket.on("message", () => { if (++messages === 100 && ++busy === 6) told(); });  // each generator is well into its window
  };
  await withEcho(came, async (url) => {
    const { child, generators } = await running(url, "--warmup", "0");
    await within(5000, "messages of all connections", measuring);
    child.kill("SIGINT");
    await within(5000, "its end", child.closed);
    assert.equal(child.exitCode, 1);
    const found = JSON.parse(child.out);
    assert.ok(found.warnings.some((warning) => /interrupted/.test(warning)), child.out);
    assert.equal(found.errors, 0);
    assert.equal(found.generator.processes.length, 3);
    assert.ok(generators.every(gone));
  });
});

test("none outlives the program, however that ends", async () => {
  let open = 0, empty;
  await withEcho((socket) => { ++open; socket.on("close", () => --open || empty?.()); }, async (url) => {
    const { child, generators } = await running(url);
    const emptied = new Promise((resolve) => (empty = resolve));
    child.kill("SIGKILL");
    await child.closed;
    await within(5000, "the end of the generators' connections", emptied);
    await within(5000, "the end of the generators", (async () => { while (!generators.every(gone)) await new Promise(setImmediate); })());
  });
});
