// SPDX-License-Identifier: MIT
// Static files beside npm `express.static` (serve-static): the same folder, the same requests; then what only we have.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, readdirSync, readlinkSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import express from "express";
import { start } from "./support/server.mjs";

const BIG = 32 << 20;
const folder = mkdtempSync(join(tmpdir(), "duplex-files-"));
const root = join(folder, "root");
const script = "export const x = 1;\n".repeat(200);
let duplex, oracle;

before(async () => {
  mkdirSync(join(root, "docs"), { recursive: true });
  mkdirSync(join(root, "empty"));
  mkdirSync(join(root, ".git"));
  mkdirSync(join(folder, "secret"));
  const files = { "index.html": "<h1>home</h1>", "docs/index.html": "docs", "a.txt": "0123456789", "a b.txt": "blank", "\u20ac.txt": "euro", "none": "no extension",
    "zero.txt": "", ".env": "SECRET=1", ".git/config": "SECRET=2", "app.js": script, "docs/.hidden": "SECRET=3", "image.png": "png" };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  writeFileSync(join(root, "app.js.br"), brotliCompressSync(script));
  writeFileSync(join(root, "app.js.gz"), gzipSync(script));
  writeFileSync(join(root, "big.bin"), Buffer.alloc(BIG, "0123456789abcdef"));
  writeFileSync(join(folder, "secret/file.txt"), "SECRET=4");
  symlinkSync("../secret", join(root, "out"));
  symlinkSync("/etc/passwd", join(root, "passwd.txt"));
  symlinkSync("a.txt", join(root, "inner.txt"));
  for (const name of ["a.txt", "index.html"]) utimesSync(join(root, name), 1_700_000_000, 1_700_000_000);
  duplex = await start("http_oracle", ["files", "--root", root]);
  const app = express();
  app.set("env", "test");  // it prints no errors then
  app.use("/deep/static", express.static(root, { maxAge: "1h", immutable: true }));
  app.use("/plain", express.static(root));
  app.use("/noindex", express.static(root, { index: false }));
  app.use("/", express.static(root));
  const server = http.createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  oracle = { port: server.address().port, stop: () => server.close() };
});
after(async () => {
  oracle?.stop();
  await duplex?.stop();
  rmSync(folder, { recursive: true });
});

async function ask(port, method, path, headers = {}) {
  const request = http.request({ host: "127.0.0.1", port, method, path, agent: false, headers });
  request.end();
  const [response] = await once(request, "response", { signal: AbortSignal.timeout(10_000) });
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}
const get = (path, headers) => ask(duplex.port, "GET", path, headers);

const MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT", EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT";
/** [method, path, headers, [status of ours, why it differs]] */
const table = [
  ["GET", "/"], ["HEAD", "/"], ["GET", "/index.html"], ["GET", "/docs/"], ["GET", "/docs"], ["GET", "/docs?x=1"], ["GET", "/empty", undefined, [404, "a folder without an index is nothing that is served; theirs goes to /empty/, and 404 there"]], ["GET", "/empty/"],
  ["GET", "/a.txt"], ["HEAD", "/a.txt"], ["POST", "/a.txt"], ["GET", "/a%20b.txt"], ["GET", "/%E2%82%AC.txt"], ["GET", "/none"], ["GET", "/zero.txt"], ["GET", "/image.png"],
  ["GET", "/A.TXT"], ["GET", "/a.txt/"], ["GET", "/nothing.txt"], ["GET", "/docs/../a.txt"], ["GET", "/docs/%2e%2e/a.txt"],
  ["GET", "/.env"], ["GET", "/.git/config"], ["GET", "/docs/.hidden"], ["GET", "/%2eenv"], ["GET", "/inner.txt"],
  ["GET", "/plain/a.txt"], ["GET", "/plain"], ["GET", "/plain/"], ["GET", "/noindex/"], ["GET", "/noindex/a.txt"], ["GET", "/deep/static/a.txt"], ["GET", "/deep/static/docs"],
  ["GET", "/a.txt", { "If-Modified-Since": MODIFIED }], ["GET", "/a.txt", { "If-Modified-Since": EARLIER }], ["GET", "/a.txt", { "If-Modified-Since": "never" }],
  ["GET", "/a.txt", { "If-None-Match": "*" }], ["GET", "/a.txt", { "If-None-Match": '"other"' }], ["GET", "/a.txt", { "If-None-Match": '"other"', "If-Modified-Since": MODIFIED }],
  ["GET", "/a.txt", { "If-Modified-Since": MODIFIED, "Cache-Control": "no-cache" }], ["HEAD", "/a.txt", { "If-Modified-Since": MODIFIED }],
  ["GET", "/a.txt", { "If-Match": "*" }], ["GET", "/a.txt", { "If-Match": '"other"' }], ["GET", "/a.txt", { "If-Unmodified-Since": EARLIER }], ["GET", "/a.txt", { "If-Unmodified-Since": MODIFIED }],
  ...["bytes=0-3", "bytes=4-", "bytes=-3", "bytes=0-0", "bytes=8-99", "bytes=10-", "bytes=20-30", "bytes=-0", "bytes=a-b", "items=0-3", "bytes=0-1,4-5", "bytes 0-1"]
    .map((range) => ["GET", "/a.txt", { Range: range }]),
  ["GET", "/a.txt", { Range: "bytes=-99" }, [206, "RFC 9110 14.1.2: a suffix longer than the file is the whole file"]],
  ["GET", "/a.txt", { Range: "bytes=5-2" }, [200, "RFC 9110 14.1.1: a range that ends before it begins is invalid, and ignored"]],
  ["HEAD", "/a.txt", { Range: "bytes=0-3" }], ["GET", "/zero.txt", { Range: "bytes=0-3" }],
  ["GET", "/a.txt", { Range: "bytes=0-3", "If-Range": MODIFIED }], ["GET", "/a.txt", { Range: "bytes=0-3", "If-Range": EARLIER }], ["GET", "/a.txt", { Range: "bytes=0-3", "If-Range": '"other"' }],
  ["GET", "/a.txt", { Range: "bytes=0-3", "If-Modified-Since": MODIFIED }],
];

for (const [method, path, headers, differs] of table) {
  test(`as express.static: ${method} ${path} ${headers ? JSON.stringify(headers) : ""}`, async () => {
    const [ours, theirs] = [await ask(duplex.port, method, path, headers), await ask(oracle.port, method, path, headers)];
    if (differs) {
      assert.equal(ours.status, differs[0], differs[1]);
      return assert.notEqual(ours.status, theirs.status, "no longer differs");
    }
    assert.equal(ours.status, theirs.status);
    for (const name of ["content-range", "location", "last-modified"]) {
      if (name === "last-modified" && (ours.status === 412 || ours.status === 416)) continue;  // theirs drops it
      assert.equal(ours.headers[name], theirs.headers[name], name);
    }
    if (ours.status < 300) {
      for (const name of ["content-type", "content-length", "cache-control", "accept-ranges"]) assert.equal(ours.headers[name], theirs.headers[name], name);
      assert.deepEqual(ours.body, theirs.body);
    }
  });
}

test("If-None-Match and If-Range with the ETag that was given", async () => {
  const { headers: { etag } } = await get("/a.txt");
  assert.match(etag, /^"[0-9a-f-]+"$/);
  const same = await get("/a.txt", { "If-None-Match": etag });
  assert.deepEqual([same.status, same.body.length, same.headers.etag, same.headers["content-length"]], [304, 0, etag, undefined]);
  assert.equal((await get("/a.txt", { "If-None-Match": `"x", W/${etag}` })).status, 304);
  const part = await get("/a.txt", { "If-Range": etag, Range: "bytes=2-4" });
  assert.deepEqual([part.status, part.body.toString(), part.headers["content-range"]], [206, "234", "bytes 2-4/10"]);
  assert.equal((await get("/a.txt", { "If-Range": `W/${etag}`, Range: "bytes=2-4" })).status, 200);
});

test("a file that changes has another ETag", async () => {
  writeFileSync(join(root, "changing.txt"), "one");
  const first = await get("/changing.txt");
  writeFileSync(join(root, "changing.txt"), "two");
  const second = await get("/changing.txt", { "If-None-Match": first.headers.etag });
  assert.deepEqual([second.status, second.body.toString()], [200, "two"]);
});

test("what is beside a file as .br or .gz is sent to those who take it", async () => {
  const br = await get("/app.js", { "Accept-Encoding": "gzip, deflate, br" });
  assert.equal(br.headers["content-encoding"], "br");
  assert.equal(brotliDecompressSync(br.body).toString(), script);
  const gz = await get("/app.js", { "Accept-Encoding": "gzip, br;q=0" });
  assert.equal(gz.headers["content-encoding"], "gzip");
  assert.equal(gunzipSync(gz.body).toString(), script);
  const plain = await get("/app.js");
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.equal(plain.body.toString(), script);
  for (const answer of [br, gz, plain]) {
    assert.equal(answer.headers.vary, "Accept-Encoding");
    assert.match(answer.headers["content-type"], /^text\/javascript/);
  }
  assert.equal(new Set([br, gz, plain].map((answer) => answer.headers.etag)).size, 3, "each has an ETag of its own");
  assert.equal((await get("/app.js", { "Accept-Encoding": "br", "If-None-Match": br.headers.etag })).status, 304);
  assert.equal((await get("/image.png", { "Accept-Encoding": "br" })).headers.vary, undefined);
  assert.equal((await get("/plain/app.js", { "Accept-Encoding": "br" })).headers["content-encoding"], undefined);
});

test("no path, no encoding and no link leads out of the folder", async () => {
  for (const path of ["/../secret/file.txt", "/%2e%2e/secret/file.txt", "/..%2fsecret/file.txt", "/docs/..%2f..%2fsecret/file.txt", "/out/file.txt", "/passwd.txt",
    "/%2e%2e%2fsecret%2ffile.txt", "/docs/..\\..\\secret/file.txt", "/docs/%5c..%5c..%5csecret/file.txt", "/a.txt%00.html", "/./../secret/file.txt", "/deep/static/../../../secret/file.txt",
    "/%252e%252e/secret/file.txt", "/plain/..%c0%af..%c0%afsecret/file.txt", "//etc/passwd", "/missing/a.txt", "/plain/%2eenv", "/deep/static/%2egit/config"]) {
    const { status, body } = await get(path);
    assert.ok(status === 400 || status === 404, `${path}: ${status}`);
    assert.doesNotMatch(body.toString(), /SECRET|root:/);
  }
});

/** Resident memory of the server, in bytes. */
const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${duplex.pid}/status`, "utf8"))[1]) * 1024;
/** Whether the server holds this file open. */
const holds = (name) => readdirSync(`/proc/${duplex.pid}/fd`).some((fd) => {
  try { return readlinkSync(`/proc/${duplex.pid}/fd/${fd}`) === join(root, name); } catch { return false; }
});
async function until(what, condition) {
  for (const end = Date.now() + 10_000; !condition();) {
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a large file comes whole, also in ranges", async () => {
  const whole = await get("/big.bin");
  assert.equal(whole.body.length, BIG);
  assert.ok(whole.body.equals(readFileSync(join(root, "big.bin"))));
  const part = await get("/big.bin", { Range: `bytes=${BIG - 1_000_003}-${BIG - 4}` });
  assert.deepEqual([part.status, part.body.length, part.body.subarray(0, 4).toString()], [206, 1_000_000, "def0"]);
});

test("large files for clients that do not read them are not in memory, and are closed with the connection", async () => {
  const before = resident();
  const clients = [];
  for (let i = 0; i < 20; ++i) {
    const client = net.connect(duplex.port, "127.0.0.1");
    clients.push(client);
    client.on("error", () => {});
    client.write("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(client, "readable");  // the first bytes are here; no more is read
  }
  assert.ok(holds("big.bin"));
  assert.ok(resident() - before < 40 << 20, `${(resident() - before) >> 20} MiB for 20 clients of a file of ${BIG >> 20} MiB`);
  for (const client of clients) client.destroy();
  await until("the file is closed", () => !holds("big.bin"));
});

test("a request behind a large file on the same connection is answered after it", async () => {
  const client = net.connect(duplex.port, "127.0.0.1");
  client.write("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let bytes = 0, tail = "";
  for await (const chunk of client) {
    bytes += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-400);
  }
  assert.ok(bytes > BIG);
  assert.match(tail, /HTTP\/1\.1 200 OK[\s\S]*\r\n\r\n0123456789$/);
});
