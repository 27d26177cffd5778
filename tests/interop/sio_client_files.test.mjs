// SPDX-License-Identifier: MIT
// The client's bundles below /socket.io/, on Duplex and on npm `socket.io`: the same requests to both; status, headers and
// bodies must agree.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { after, before, test } from "node:test";
import { Server } from "socket.io";
import { program, start } from "./support/server.mjs";
import { run } from "./support/run.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "../../web");
const VERSION = createRequire(import.meta.url)("socket.io-client/package.json").version;
const ORIGIN = "https://example.org";
const BUNDLES = ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"].flatMap((name) => [name, `${name}.map`]);
// What says how the bytes travel is each server's own: Node's does not know the length when it begins.
const UNCOMPARED = new Set(["date", "connection", "keep-alive", "transfer-encoding", "content-length"]);

const unpack = { br: brotliDecompressSync, gzip: gunzipSync, deflate: inflateSync };
const etags = [`"${VERSION}"`, `W/"${VERSION}"`, `"0.0.0"`, "*", `"${VERSION}", "x"`, VERSION];
const accepts = ["br", "gzip", "deflate", "gzip, deflate, br", "br;q=0.1, deflate;q=0.5", "*", "identity", "gzip;q=0", "br;q=0, *", "zstd"];
const table = [
  ...accepts.map((encoding) => ["GET", "/socket.io/socket.io.esm.min.js", { "Accept-Encoding": encoding }]),
  ...BUNDLES.map((name) => ["GET", `/socket.io/${name}`, { "Accept-Encoding": "gzip" }]),
  ...BUNDLES.map((name) => ["GET", `/socket.io/${name}`, {}]),
  ...["socket.io.js", "socket.io.min.js.map"].flatMap((name) => etags.map((etag) => ["GET", `/socket.io/${name}`, { "If-None-Match": etag, "Accept-Encoding": "br" }])),
  ["HEAD", "/socket.io/socket.io.js", {}], ["HEAD", "/socket.io/socket.io.js", { "Accept-Encoding": "gzip" }],
  ["POST", "/socket.io/socket.io.js", {}], ["DELETE", "/socket.io/socket.io.js", {}], ["OPTIONS", "/socket.io/socket.io.js", {}],
  ["GET", "/socket.io/socket.io.js?v=1", {}], ["GET", "/socket.io/socket.io.js?", {}], ["GET", "/socket.io/socket.io.js?EIO=4&transport=polling", {}],
  ["GET", "/socket.io/socket.io.js", { Origin: ORIGIN }], ["GET", "/socket.io/socket.io.js", { Origin: "https://elsewhere.example" }],
  ["GET", "/socket.io/socket.io.js", { Origin: ORIGIN, "If-None-Match": `"${VERSION}"` }],
  ["OPTIONS", "/socket.io/socket.io.js", { Origin: ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-a" }],
  ["GET", "/socket.io/socket.io.slim.js", {}], ["GET", "/socket.io/x/socket.io.js", {}], ["GET", "/socket.io/socket.io.js/", {}],
  ["GET", "/socket.io/socket.io%2Ejs", {}], ["GET", "/socket.io/SOCKET.IO.JS", {}], ["GET", "/socket.io/LICENSE", {}], ["GET", "/socket.io/socket.io.js.br", {}],
];

function ask(url, [method, path, headers]) {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(url).origin + path, { method, headers, agent: false }, (res) => {
      const chunks = [];
      res.on("data", (chunk) => chunks.push(chunk));
      res.on("end", () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks) }));
      res.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}

/** What is compared: a compressed body by what is in it, for brotli's and zlib's settings are each server's own. */
function seen({ status, headers, body }) {
  const coding = headers["content-encoding"];
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !UNCOMPARED.has(name)));
  // Ours differs here: a cache must know that there are several forms (RFC 9110, 12.5.5).
  const varies = (kept.vary ?? "").split(", ").filter((field) => field && field !== "Accept-Encoding");
  kept.vary = varies.join(", ");
  return { status, headers: kept, body: (coding && body.length > 0 ? unpack[coding](body) : body).toString("latin1") };
}

for (const cors of [undefined, ORIGIN]) {
  let ours, node, theirs;
  const name = cors ? "with CORS" : "without CORS";

  before(async () => {
    ours = await start("duplex-conformance", ["--suite", "driver", "--serve-client", join(web, "dist-client"), ...(cors ? ["--cors", cors] : [])]);
    node = http.createServer().listen(0, "127.0.0.1");
    await once(node, "listening");
    new Server(node, cors ? { cors: { origin: [cors], credentials: true, exposedHeaders: "ETag" } } : {});
    theirs = `http://127.0.0.1:${node.address().port}`;
  });
  after(async () => {
    node?.close();
    await ours?.stop();
  });

  test(`${table.length} requests, ${name}, answered as Node answers them`, async () => {
    for (const row of table) {
      const [mine, its] = await Promise.all([ask(ours.url, row), ask(theirs, row)]);
      assert.deepEqual(seen(mine), seen(its), row.join(" "));
      if (mine.headers["content-encoding"]) assert.match(mine.headers.vary, /Accept-Encoding/);
    }
  });
}

test("`duplex serve` serves them, the bytes of the npm package", async () => {
  const server = await start("duplex", ["serve"]);
  try {
    for (const bundle of BUNDLES) {
      const { status, headers, body } = await ask(server.url, ["GET", `/socket.io/${bundle}`, {}]);
      assert.equal(status, 200);
      assert.equal(headers.etag, `"${VERSION}"`);
      assert.ok(body.equals(await readFile(join(web, "node_modules/socket.io-client/dist", bundle))), bundle);
    }
  } finally {
    await server.stop();
  }
});

test("a folder without a client keeps the server from starting, and the line says which folder would do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duplex-"));
  try {
    const { code, stderr } = await run(program("duplex-conformance"), ["--suite", "driver", "--serve-client", folder]);
    assert.equal(code, 2);
    assert.match(stderr, /serve_client is ".*", which holds no Socket\.IO client: name the folder "dist" of npm socket\.io-client/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
