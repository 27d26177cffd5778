// SPDX-License-Identifier: MIT
// bench/gate on programs that are there: it measures, it finds what is slower, and says so by its exit code.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "./support/run.mjs";
import { program } from "./support/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const ours = program("duplex-conformance");
const gate = (...args) => run(join(here, "../../bench/gate"), args, { within: 60_000 });
const short = ["--generator", program("duplex"), "--pairs", "2", "--seconds", "0.2", "--warmup", "0.1"];
const between = (a, b, ...more) => gate("--server-a", a, "--server-b", b, ...short, ...more);

test("the same program twice: both are measured in every scenario, and a verdict is given", async () => {
  const { code, stdout, stderr } = await between(ours, ours, "--only", "^(100x20|broadcast 1k p4|socket.io polling 100x20)$");
  // Two short pairs on a machine that others use may say anything of equals; that is why there are more by default.
  assert.ok(code === 0 || code === 1, stdout + stderr);
  for (const name of ["100x20", "broadcast 1k p4", "socket\\.io polling 100x20"])
    assert.match(stdout, new RegExp(`^${name} +CPU ns/msg +[\\d,]+ +[\\d,]+ +x[\\d.]+ \\([\\d.]+-[\\d.]+\\) +(slower|faster|no difference)`, "m"));
  assert.match(stdout, code === 0 ? /^nothing is slower$/m : /^slower: /m);
});

test("what burns CPU for each message is slower, is measured twice, and its opposite faster", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duplex-gate-"));
  try {
    const slow = join(folder, "slow");
    await writeFile(slow, `#!/bin/sh\nexec ${process.execPath} ${join(here, "support/slow_server.mjs")} "$@"\n`);
    await chmod(slow, 0o755);
    const slower = await between(ours, slow, "--only", "^100x20$");
    assert.equal(slower.code, 1, slower.stdout + slower.stderr);
    assert.match(slower.stdout, /^100x20 .* slower$/m);
    assert.match(slower.stdout, /^slower: 100x20$/m);
    assert.match(slower.stderr, /seems slower; once more/);
    const faster = await between(slow, ours, "--only", "^100x20$");
    assert.equal(faster.code, 0, faster.stdout + faster.stderr);
    assert.match(faster.stdout, /^100x20 .* faster$/m);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what cannot be measured gets one line and exit code 2", async () => {
  for (const [args, pattern] of [
    [[], /name a commit/], [["--server-a", ours], /go together/], [["main", "--server-a", ours, "--server-b", ours], /without commits/],
    [["--server-a", "/no/server", "--server-b", ours, ...short], /\/no\/server is no program/], [["no-such-commit", ...short], /no-such-commit/],
    [["--server-a", ours, "--server-b", ours, "--only", "^nothing$"], /no scenario matches/],
    [["--server-a", "/bin/false", "--server-b", ours, ...short, "--only", "^100x20$"], /A ended with 1/],
  ]) {
    const { code, stderr } = await gate(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr.trim().split("\n").at(-1), pattern);
  }
});
