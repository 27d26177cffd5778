// SPDX-License-Identifier: MIT
// H20: ten thousand peers that send their request's head a byte in nine seconds, and the others, who must not notice.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { start, within } from "./support/server.mjs";

const PEERS = 10_000;
let server;
before(async () => { server = await start("http_oracle", ["events"]); });
after(() => server?.stop());

/** A new connection, a request and its whole answer: ms. */
async function healthy() {
  const begun = performance.now();
  const request = http.get(`${server.url}/page`, { agent: false });
  const [response] = await once(request, "response", { signal: AbortSignal.timeout(10_000) });
  assert.equal(response.statusCode, 200);
  for await (const chunk of response) assert.ok(chunk.length > 0);
  return performance.now() - begun;
}
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]);

test(`H20: ${PEERS} slow heads are answered 408 after ten seconds each, and a healthy peer's p99 stays below 200 ms`, async (t) => {
  await healthy();
  const before = resident();
  const worker = new Worker(new URL("./support/slow_peers.mjs", import.meta.url), { workerData: { port: server.port, count: PEERS } });
  let held = 0, results;
  const ended = new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message) => {
      if (message.connected) held = resident();
      if (message.results) resolve(results = message.results);
    });
  });
  const times = [];
  const all = within(120_000, "the end of all slow peers", ended);
  while (!results) {
    times.push(await healthy());
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 5))]);
  }
  await all;
  times.sort((a, b) => a - b);
  const p99 = quantile(times, 0.99);
  const waits = results.map(([wait]) => wait).sort((a, b) => a - b);
  t.diagnostic(`${times.length} healthy connections: median ${quantile(times, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms`);
  t.diagnostic(`slow peers were given ${(waits[0] / 1000).toFixed(1)} to ${(waits.at(-1) / 1000).toFixed(1)} s; ${((held - before) / PEERS).toFixed(1)} KiB each`);
  for (const [, heard] of results) assert.equal(heard, "HTTP/1.1 408");
  assert.ok(waits[0] > 9_000, `${waits[0]} ms`);  // the clock of a connection that waited in the backlog began earlier
  assert.ok(p99 < 200, `${p99} ms`);
  assert.ok((held - before) / PEERS <= 20, `${held - before} KiB`);
  await once(worker, "exit");
});
