// SPDX-License-Identifier: MIT
// `duplex serve` as an operator meets it: mistakes get one clear line and exit code 2, SIGTERM drains.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { run } from "./support/run.mjs";
import { program, start } from "./support/server.mjs";
import { connect } from "./support/websocket.mjs";

let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "duplex-cli-")); });
after(() => rm(folder, { recursive: true, force: true }));

const duplex = (args, options) => run(program("duplex"), args, options);

function refused({ code, stdout, stderr }, pattern) {
  assert.equal(code, 2, stderr + stdout);
  const lines = stderr.trim().split("\n");
  assert.equal(lines.length, 1, `one line, not:\n${stderr}`);
  assert.match(lines[0], pattern);
}

test("a port that is taken is named", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address();
  try {
    refused(await duplex(["serve", "--port", String(port)]), new RegExp(`${port}.*(in use|taken)`, "i"));
  } finally {
    other.close();
  }
});

test("a port that is no port is named", async () => {
  for (const port of ["70000", "-1", "http"]) refused(await duplex(["serve", "--port", port]), /port/i);
});

test("a flag that does not exist is named", async () => {
  refused(await duplex(["serve", "--prot", "3000"]), /--prot/);
});

test("a certificate that cannot be read is named", async () => {
  refused(await duplex(["serve", "--port", "0", "--cert", join(folder, "no.pem"), "--key", join(folder, "no.key")]), /no\.pem/);
});

test("an environment variable that makes no sense is named", async () => {
  refused(await duplex(["serve"], { env: { PORT: "many" } }), /port.*many/i);
});

test("a certificate and key of one's own are served", async () => {
  const [cert, key] = [join(folder, "own.pem"), join(folder, "own.key")];
  const made = await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert]);
  assert.equal(made.code, 0, made.stderr);
  const server = await start("duplex", ["serve", "--cert", cert, "--key", key]);
  assert.match(server.url, /^https:/);
  const page = await run("curl", ["-sS", "--http1.1", "--cacert", cert, "--max-time", "5", server.url + "/"]);
  assert.equal(page.code, 0, page.stderr);
  assert.match(page.stdout, /<!doctype html>/i);
  await server.stop();
});

test("PORT and HOST in the environment do what the flags do, and flags win", async () => {
  const server = await start("duplex", ["serve"], { env: { PORT: "1", HOST: "127.0.0.1" } });  // the flag --port 0 wins over 1
  assert.notEqual(server.port, 1);
  await server.stop();
});

test("SIGTERM tells every client that the server goes away (1001), and ends with 0", async () => {
  const server = await start("duplex", ["serve"]);
  const peers = await Promise.all([connect(server.ws("/echo")), connect(server.ws("/room?room=a&name=b"))]);
  server.signal("SIGTERM");
  for (const peer of peers) assert.equal((await peer.end()).code, 1001);
  assert.deepEqual(await server.ended(), { code: 0, signal: null });
});

test("a second SIGTERM ends it at once, with a client that never answers", async () => {
  const server = await start("duplex", ["serve"]);
  const peer = await connect(server.ws("/echo"));
  peer.ws.pause();  // reads nothing more, so it never answers the close
  server.signal("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const began = Date.now();
  server.signal("SIGTERM");
  await server.ended();
  assert.ok(Date.now() - began < 2000);
  peer.ws.terminate();
});

test("a port is free again as soon as the server has ended", async () => {
  const first = await start("duplex", ["serve"]);
  const peer = await connect(first.ws("/echo"));
  await first.kill();
  await peer.end();
  const second = await start("duplex", ["serve"], { port: first.port });
  await second.stop();
});

test("what is not a terminal gets JSON lines", async () => {
  const server = await start("duplex", ["serve"]);
  await server.stop();
  const logged = server.output.filter((line) => line.startsWith("{"));
  assert.ok(logged.length > 0, server.output.join("\n"));
  for (const line of logged) assert.ok("level" in JSON.parse(line) && "message" in JSON.parse(line), line);
});
