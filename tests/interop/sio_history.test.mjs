// SPDX-License-Identifier: MIT
// npm `socket.io-client` and the chat's history: what was confirmed outlives `kill -9`; a full disk and a bad file (row R12).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chatter } from "./support/chatter.mjs";
import { run } from "./support/run.mjs";
import { program, start } from "./support/server.mjs";

let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "duplex-history-")); });
after(async () => { await rm(folder, { recursive: true, force: true }); });

const serve = (file, options = {}) => start("duplex", ["serve", ...(file ? ["--history", file] : []), ...(options.args ?? [])], options);
const python = (code, ...args) => run("python3", ["-c", code, ...args]);

test("kill -9 in the middle of what many say: all that was confirmed is there after the restart, once, in order", async () => {
  const file = join(folder, "killed.db");
  let server = await serve(file, { args: ["--history-entries", "100000"] });
  const confirmed = new Map();  // id to text
  let said = 0, confirmations = 0, enough;
  const many = new Promise((resolve) => { enough = resolve; });
  const crowd = await Promise.all(Array.from({ length: 8 }, () => chatter(server.url, { reconnection: false })));
  const talking = crowd.map(async (one, who) => {
    await one.join("hall", `speaker ${who}`);
    for (let i = 0; one.socket.connected; ++i) {
      const text = `${who}: ${i}`;
      ++said;
      const answer = await one.say("hall", text).catch(() => null);
      if (!answer) return;
      assert.ok(answer.id > 0, JSON.stringify(answer));
      confirmed.set(answer.id, text);
      if (++confirmations === 400) enough();
    }
  });
  await many;
  await server.kill();
  for (const one of crowd) one.close();
  await Promise.allSettled(talking);

  server = await serve(file, { port: server.port, args: ["--history-entries", "100000"] });
  const reader = await chatter(server.url);
  const all = [];
  for (let after = 1;;) {  // the first message has no id before it but 0, which asks for the last ones
    const { messages, error } = await reader.join("hall", "reader", { after });
    assert.equal(error, null);
    const fresh = messages.filter(({ id }) => !all.some((known) => known.id === id));
    if (fresh.length === 0) break;
    all.push(...fresh);
    after = all.at(-1).id;
  }
  const texts = new Map(all.map(({ id, text }) => [id, text]));
  for (const [id, text] of confirmed) if (id > 1) assert.equal(texts.get(id), text);
  assert.equal(new Set(all.map(({ text }) => text)).size, all.length, "nothing is there twice");
  assert.ok(all.length <= said);
  for (let i = 1; i < all.length; ++i) assert.ok(all[i - 1].id < all[i].id);
  for (let who = 0; who < 8; ++who) {
    const numbers = all.filter(({ text }) => text.startsWith(`${who}: `)).map(({ text }) => Number(text.split(": ")[1]));
    for (let i = 1; i < numbers.length; ++i) assert.equal(numbers[i], numbers[i - 1] + 1, `${who} is in order, without a gap`);
  }
  await server.stop();
});

test("a message that is sent again under its key is there once, also over a restart, and told once", async () => {
  const file = join(folder, "key.db");
  let server = await serve(file);
  const [ada, bob] = [await chatter(server.url), await chatter(server.url)];
  await Promise.all([ada.join("r", "Ada"), bob.join("r", "Bob")]);
  const first = await ada.say("r", "hello", "k1");
  assert.deepEqual(await ada.say("r", "hello", "k1"), first);
  await server.kill();
  server = await serve(file, { port: server.port });
  await ada.connected();
  await ada.join("r", "Ada");
  assert.deepEqual(await ada.say("r", "hello", "k1"), first);
  await bob.connected();
  const { messages } = await bob.join("r", "Bob");  // another's key is another's
  assert.deepEqual(messages.map(({ id, name, text }) => ({ id, name, text })), [{ id: first.id, name: "Ada", text: "hello" }]);
  assert.notEqual((await bob.say("r", "hello", "k1")).id, first.id);
  assert.equal(bob.heard.length, 1);
  ada.close(), bob.close();
  await server.stop();
});

for (const file of [undefined, "missed.db"]) {
  test(`who comes back asks for what it missed: ${file ?? "in memory"}`, async () => {
    const server = await serve(file && join(folder, file), { args: ["--history-entries", "100"] });
    const [ada, bob] = [await chatter(server.url), await chatter(server.url)];
    await ada.join("r", "Ada");
    const ids = [];
    for (let i = 0; i < 5; ++i) ids.push((await ada.say("r", `${i}`)).id);
    const asked = async (after) => (await bob.join("r", "Bob", { after })).messages.map(({ text }) => text).join(" ");
    assert.equal(await asked(ids[2]), "3 4");
    assert.equal(await asked(ids[4]), "");
    assert.equal(await asked(0), "0 1 2 3 4");
    assert.equal(await asked(Number.MAX_SAFE_INTEGER), "0 1 2 3 4", "an id of another life: the last ones");
    for (let i = 5; i < 150; ++i) await ada.say("r", `${i}`);
    assert.equal((await asked(ids[2])).split(" ").length, 50, "more than is kept: the last ones");
    assert.equal((await bob.join("empty", "Bob")).messages.length, 0);
    ada.close(), bob.close();
    await server.stop();
  });
}

// A disk of its own, which is small: in a mount namespace, so that it goes with the server.
const superuser = process.getuid() === 0;
const disk = () => join(folder, "disk");
const onSmallDisk = () => ["unshare", superuser ? "-m" : "-rm", "sh", "-c", 'mkdir -p "$0" && mount -t tmpfs -o size=400k tmpfs "$0" && exec "$@"', disk()];
const resized = (server, size) =>
  run("nsenter", [...(superuser ? ["-m"] : ["-Um", "--preserve-credentials"]), "-t", String(server.pid), "mount", "-o", `remount,size=${size}`, disk()]);

for (const [how, { under, limit, release, line }] of Object.entries({
  "its file may not grow": {
    limit: (server) => run("prlimit", ["--pid", String(server.pid), "--fsize=400000:"]),
    release: (server) => run("prlimit", ["--pid", String(server.pid), "--fsize=unlimited:"]),
    line: /full\.db: disk I\/O error \(File too large\); nothing is kept or confirmed until there is space again$/,
  },
  "the device has no space": {
    under: onSmallDisk,
    release: (server) => resized(server, "20m"),
    line: /full\.db: (disk I\/O error \(No space left on device\)|database or disk is full); nothing is kept or confirmed until there is space again$/,
  },
})) test(`R12 a disk that is full (${how}): no confirmation is false, nobody is told, the server goes on, and recovers with the space`, async () => {
  const file = join(under ? disk() : folder, "full.db");
  const args = ["--history-entries", "100000"];
  let server = await serve(file, { args, under: under?.() });
  const [ada, bob] = [await chatter(server.url), await chatter(server.url)];
  await Promise.all([ada.join("r", "Ada"), bob.join("r", "Bob")]);
  if (limit) assert.equal((await limit(server)).code, 0);
  const text = "x".repeat(4_000);
  const confirmed = [];
  let refused = 0;
  while (refused < 10) {
    const answer = await ada.say("r", `${confirmed.length} ${text}`);
    if (answer.error) {
      assert.deepEqual(answer, { error: "no space is left for the history" });
      ++refused;
    } else {
      confirmed.push(answer.id);
    }
    assert.ok(confirmed.length < 500);
  }
  assert.ok(confirmed.length > 5, `${confirmed.length} fit`);
  // Everything else goes on.
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  assert.equal((await bob.join("r", "Bob", { after: confirmed.at(-2) })).messages.length, 1);
  assert.equal((await release(server)).code, 0);
  const again = await ada.say("r", "there is space again");
  assert.ok(again.id > confirmed.at(-1));
  confirmed.push(again.id);
  await bob.until("the last message", () => bob.heard.at(-1)?.id === again.id);
  assert.deepEqual(bob.heard.map(({ id }) => id), confirmed, "told is what was confirmed");
  const lines = server.output.filter((line) => line.includes('"component":"history"')).map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ level }) => level), ["error", "info"], JSON.stringify(lines));
  assert.match(lines[0].message, line);
  assert.equal(lines[1].message, "works again; meanwhile 10 operations were answered with an error");
  if (!under) {  // that disk would be gone
    await server.kill();
    server = await serve(file, { port: server.port, args });
    await bob.connected();
  }
  const { messages } = await bob.join("r", "Bob", { after: 1 });
  assert.deepEqual(messages.map(({ id }) => id), confirmed.filter((id) => id > 1), "kept is what was confirmed");
  ada.close(), bob.close();
  await server.stop();
});

test("a file that another process holds: an error for the time being, and the server goes on", async () => {
  const file = join(folder, "locked.db");
  const server = await serve(file);
  const ada = await chatter(server.url);
  await ada.join("r", "Ada");
  const holder = spawn("python3", ["-c",
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()", file]);
  await once(holder.stdout, "data");
  assert.deepEqual(await ada.say("r", "now"), { error: "another process holds the history's file" });
  assert.equal((await ada.join("r", "Ada")).error, null);
  holder.stdin.end();
  await once(holder, "close");
  assert.ok((await ada.say("r", "then")).id > 0);
  assert.ok(server.output.some((line) => line.includes("database is locked; another process holds it")), server.output.join("\n"));
  ada.close();
  await server.stop();
});

/** It refuses to start: one line, exit code 2, and so does `config check`. */
async function refused(file, expected) {
  for (const verb of [["serve"], ["config", "check"]]) {
    const { code, stdout, stderr } = await run(program("duplex"), [...verb, "--port", "0", "--history", file]);
    assert.equal(code, 2, stdout + stderr);
    assert.match(stdout + stderr, expected);
    if (verb[0] === "serve") {
      assert.equal(stdout, "");
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
      assert.match(JSON.parse(stderr).message, expected);
    }
  }
}

test("a file that cannot be used is refused at the start, in one line that names it and says what to do", async () => {
  const notes = join(folder, "notes.txt");
  await writeFile(notes, "these are my notes. ".repeat(500));
  await refused(notes, /history: .*notes\.txt: file is not a database; move it away/);
  assert.equal(await readFile(notes, "utf8"), "these are my notes. ".repeat(500));

  const foreign = join(folder, "foreign.db");
  await python("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE mine(a)'); c.commit()", foreign);
  await refused(foreign, /history: .*foreign\.db: it is a database of another program; choose another file/);

  const damaged = join(folder, "damaged.db");
  const server = await serve(damaged);
  const ada = await chatter(server.url);
  await ada.join("r", "Ada");
  for (let i = 0; i < 50; ++i) await ada.say("r", "y".repeat(4_000));
  ada.close();
  await server.stop();
  const bytes = await readFile(damaged);
  bytes.fill(0x5a, 8 * 4096, 12 * 4096);
  await writeFile(damaged, bytes);
  await refused(damaged, /history: .*damaged\.db: it is damaged \(.*\); move it away and put a backup in its place/);

  await refused(join(folder, "no/such/folder.db"), /history: .*unable to open database file.*; check that it and its folder exist/);
  await refused("/dev/null/chat.db", /history: .*unable to open database file/);
});

test("a folder that may not be written to is refused at the start", async () => {
  const closed = join(folder, "closed");
  await run("mkdir", [closed]);
  await Promise.all([chmod(folder, 0o755), chmod(closed, 0o555)]);
  // A superuser may write anywhere: then it is nobody who tries.
  const who = process.getuid() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const [command, ...args] = [...who, program("duplex"), "serve", "--port", "0", "--history", join(closed, "chat.db")];
  const { code, stderr } = await run(command, args);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /closed\/chat\.db: unable to open database file.*; check that it and its folder exist and belong to this user/);
});

test("config check leaves no file behind, and values that make no sense are refused by name", async () => {
  const file = join(folder, "unmade.db");
  assert.equal((await run(program("duplex"), ["config", "check", "--history", file])).code, 0);
  await assert.rejects(readFile(file), { code: "ENOENT" });
  const { code, stderr } = await run(program("duplex"), ["serve"], { env: { DUPLEX_HISTORY_ENTRIES: "0" } });
  assert.equal(code, 2);
  assert.match(stderr, /DUPLEX_HISTORY_ENTRIES/);
});
