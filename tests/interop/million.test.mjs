// SPDX-License-Identifier: MIT
// bench/million, with few connections: what it counts, what it refuses, and that nothing is left of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { run } from "./support/run.mjs";
import { program } from "./support/server.mjs";

const million = new URL("../../bench/million", import.meta.url).pathname;
const args = (connections) => ["--connections", String(connections), "--seconds", "0.3", "--server", program("duplex-conformance"), "--generator", program("duplex")];

test("all connections open, stay open, and are counted", async () => {
  const { code, stdout, stderr } = await run(million, args(700), { within: 60_000 });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^connections: 700 opened in \d+ s, 700 still open at the end \(1,400 sockets\)$/m);
  assert.match(stdout, /^servers \(RSS\) +[\d,]+ B/m);
  const [, before] = stdout.match(/^echo before: +([\d,]+)\/s/m), [, meanwhile] = stdout.match(/^echo meanwhile: +([\d,]+)\/s/m);
  assert.ok(Number(before.replaceAll(",", "")) > 0 && Number(meanwhile.replaceAll(",", "")) > 0, stdout);
});

test("what does not fit into memory is refused before anything starts", async () => {
  const { code, stdout, stderr } = await run(million, args(2_000_000_000));
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^million: 2,000,000,000 connections need [\d.]+ GiB .* are available: give fewer --connections \([\d,]+ might do\)\n$/);
});

/** The command lines of the children that a process has. */
async function childrenOf(pid) {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ").filter(Boolean);
  return children.map(Number);
}

test("interrupted, it ends what it started", async () => {
  const process_ = spawn(million, args(500), { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(process_, "close");
  const lines = createInterface(process_.stderr);
  let said = "", children = [];
  for await (const line of lines) {
    said += `${line}\n`;
    if (!line.includes("connections are open")) continue;
    children = await childrenOf(process_.pid);
    process_.kill("SIGINT");
  }
  const [code] = await ended;
  assert.equal(code, 1, said);
  assert.match(said, /million: interrupted/);
  assert.ok(children.length >= 2, said);
  for (const child of children) assert.throws(() => process.kill(child, 0), { code: "ESRCH" });
});
