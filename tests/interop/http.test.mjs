// SPDX-License-Identifier: MIT
// curl against `duplex serve`: pages, keep-alive and the opening handshake as bytes on the wire.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { run } from "./support/run.mjs";
import { start } from "./support/server.mjs";

let server;
before(async () => { server = await start("duplex", ["serve"]); });
after(() => server?.stop());

/** {status, headers (lower-case), body} of `curl -i`; a 101 ends when curl has waited long enough. */
async function curl(path, ...options) {
  const { stdout } = await run("curl", ["-sS", "-i", "--http1.1", "--path-as-is", "--max-time", "5", ...options, server.url + path]);
  const [head, ...body] = stdout.split("\r\n\r\n");
  const [statusLine, ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  return { status: Number(statusLine.split(" ")[1]), headers, body: body.join("\r\n\r\n") };
}

/** A handshake as RFC 6455 §1.3 shows it, with changes: `false` leaves a header out. */
function handshake(path, changes = {}) {
  const headers = {
    Connection: "Upgrade", Upgrade: "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13", ...changes,
  };
  const options = Object.entries(headers).filter(([, value]) => value !== false).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  return curl(path, "--max-time", "1", ...options);
}

test("the page at / is html and names its script and style", async () => {
  const { status, headers, body } = await curl("/");
  assert.equal(status, 200);
  assert.match(headers["content-type"], /^text\/html/);
  const assets = [...body.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  assert.ok(assets.length >= 2, "a script and a style");
  for (const asset of assets) {
    const got = await curl(asset);
    assert.equal(got.status, 200, asset);
    assert.match(got.headers["content-type"], asset.endsWith(".css") ? /^text\/css/ : /^(text|application)\/javascript/);
  }
});

test("HEAD has the length of GET and no body", async () => {
  const get = await curl("/");
  const { stdout } = await run("curl", ["-sS", "--head", "--http1.1", "--max-time", "5", server.url + "/"]);
  assert.match(stdout, /^HTTP\/1.1 200/);
  assert.equal(/content-length: (\d+)/i.exec(stdout)[1], String(Buffer.byteLength(get.body)));
});

test("a path that is not there is 404, also outside of the pages' folder", async () => {
  for (const path of ["/no-such-page", "/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/../../CMakeLists.txt"]) {
    const { status, body } = await curl(path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(body, /root:|cmake/);
  }
});

test("two requests of one curl share a connection", async () => {
  const { stderr } = await run("curl", ["-sSv", "--http1.1", "--max-time", "5", "-o", "/dev/null", "-o", "/dev/null", server.url + "/", server.url + "/"]);
  assert.match(stderr, /Re-using existing connection/);
});

test("a request as HTTP/1.0 is answered, and the connection closed", async () => {
  const { stdout, seconds } = await run("curl", ["-sS", "-i", "--http1.0", "--max-time", "5", server.url + "/"]);
  assert.match(stdout, /^HTTP\/1\.[01] 200/);
  assert.ok(seconds < 4);
});

test("the RFC's own handshake gets the RFC's own answer", async () => {
  const { status, headers } = await handshake("/echo");
  assert.equal(status, 101);
  assert.equal(headers.upgrade.toLowerCase(), "websocket");
  assert.equal(headers.connection.toLowerCase(), "upgrade");
  assert.equal(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("a subprotocol that the server does not speak is not confirmed", async () => {
  const { status, headers } = await handshake("/echo", { "Sec-WebSocket-Protocol": "never-heard-of, nor-of-this" });
  assert.equal(status, 101);
  assert.equal(headers["sec-websocket-protocol"], undefined);
});

test("an extension that the server does not know is not confirmed", async () => {
  const { status, headers } = await handshake("/echo", { "Sec-WebSocket-Extensions": "x-unheard-of; a=1" });
  assert.equal(status, 101);
  assert.equal(headers["sec-websocket-extensions"], undefined);
});

test("another version is refused with 426 and the version that would do", async () => {
  const { status, headers } = await handshake("/echo", { "Sec-WebSocket-Version": "8" });
  assert.equal(status, 426);
  assert.equal(headers["sec-websocket-version"], "13");
});

test("a handshake without a key, or with a wrong one, is refused", async () => {
  for (const key of [false, "c2hvcnQ=", "not base64!!"]) {
    assert.equal((await handshake("/echo", { "Sec-WebSocket-Key": key })).status, 400, String(key));
  }
});

test("plain HTTP to a WebSocket's path is told to upgrade", async () => {
  assert.equal((await curl("/echo")).status, 426);
});
